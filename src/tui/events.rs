//! Reads the terminal: crossterm's events become the explorer's inputs.

use std::time::Duration;

use crossterm::event::{
    self, Event as Raw, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent,
    MouseEventKind,
};
use futures::{Stream, StreamExt};
use ratatui::layout::{Position, Size};
use tokio::sync::{mpsc, oneshot};

use super::event::{Input, Turn};
use super::input::Key;

/// How often the threads look whether anybody still listens.
const LOOK_UP: Duration = Duration::from_secs(1);
/// Inputs that may wait; a person who types faster waits too.
const WAITING: usize = 256;

/// What the person does; ends where the terminal is gone.
pub(crate) fn inputs() -> impl Stream<Item = Input> + Unpin {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    let (gone, is_gone) = oneshot::channel();
    std::thread::spawn(move || read(&sender));
    std::thread::spawn(move || watch(&gone));
    futures::stream::poll_fn(move |context| receiver.poll_recv(context)).take_until(is_gone)
}

/// Returns, which tells, once the terminal has hung up. Reading it would not: crossterm takes the end of a terminal
/// for a key that is still to come, and asks again and again. A signal need not come either, where the process that
/// leads the session has chosen to ignore it.
#[cfg(unix)]
fn watch(gone: &oneshot::Sender<()>) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdin = std::io::stdin();
    let look_up = Timespec::try_from(LOOK_UP).ok();
    while !gone.is_closed() {
        // A hang-up and an error are told without being asked for.
        let mut watched = [PollFd::new(&stdin, PollFlags::empty())];
        match poll(&mut watched, look_up.as_ref()) {
            Err(rustix::io::Errno::INTR) | Ok(0) => {}
            Err(_) | Ok(_) => return,
        }
    }
}

/// Waits for as long as somebody listens.
#[cfg(not(unix))]
fn watch(gone: &oneshot::Sender<()>) {
    while !gone.is_closed() {
        std::thread::sleep(LOOK_UP);
    }
}

fn read(sender: &mpsc::Sender<Input>) {
    while !sender.is_closed() {
        let input = match event::poll(LOOK_UP) {
            Ok(false) => continue,
            Ok(true) => event::read(),
            Err(error) => Err(error),
        };
        let Ok(raw) = input else { return };
        if let Some(input) = input_of(raw)
            && sender.blocking_send(input).is_err()
        {
            return;
        }
    }
}

fn input_of(raw: Raw) -> Option<Input> {
    match raw {
        Raw::Key(key) if key.kind != KeyEventKind::Release => key_of(key).map(Input::Key),
        Raw::Mouse(mouse) => mouse_of(mouse),
        Raw::Paste(text) => Some(Input::Paste(text)),
        Raw::Resize(width, height) => Some(Input::Resize(Size { width, height })),
        _ => None,
    }
}

/// Only what does something: who moves the mouse wants nothing yet.
fn mouse_of(mouse: MouseEvent) -> Option<Input> {
    let at = Position { x: mouse.column, y: mouse.row };
    match mouse.kind {
        MouseEventKind::Down(MouseButton::Left) => Some(Input::Click(at)),
        MouseEventKind::ScrollUp => Some(Input::Wheel(at, Turn::Up)),
        MouseEventKind::ScrollDown => Some(Input::Wheel(at, Turn::Down)),
        _ => None,
    }
}

fn key_of(key: KeyEvent) -> Option<Key> {
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    if key.modifiers.contains(KeyModifiers::ALT) {
        return match key.code {
            KeyCode::Char('b') | KeyCode::Left => Some(Key::WordLeft),
            KeyCode::Char('f') | KeyCode::Right => Some(Key::WordRight),
            _ => None,
        };
    }
    Some(match key.code {
        KeyCode::Left if control => Key::WordLeft,
        KeyCode::Right if control => Key::WordRight,
        KeyCode::Char(c) if control => Key::Ctrl(c.to_ascii_lowercase()),
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::F(number) => Key::F(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        input_of(Raw::Key(KeyEvent::new(code, modifiers)))
    }

    #[test]
    fn keys_keep_their_case_and_their_control() {
        let cases = [
            (KeyCode::Char('G'), KeyModifiers::SHIFT, Some(Key::Char('G'))),
            (KeyCode::Char('c'), KeyModifiers::CONTROL, Some(Key::Ctrl('c'))),
            (KeyCode::Char('x'), KeyModifiers::ALT, None),
            (KeyCode::Char('b'), KeyModifiers::ALT, Some(Key::WordLeft)),
            (KeyCode::Right, KeyModifiers::CONTROL, Some(Key::WordRight)),
            (KeyCode::BackTab, KeyModifiers::SHIFT, Some(Key::BackTab)),
            (KeyCode::F(1), KeyModifiers::NONE, Some(Key::F(1))),
        ];
        for (code, modifiers, key) in cases {
            assert_eq!(press(code, modifiers), key.map(Input::Key), "{code:?}");
        }
    }

    #[test]
    fn a_released_key_is_not_pressed_again() {
        let key =
            KeyEvent::new_with_kind(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Release);
        assert_eq!(input_of(Raw::Key(key)), None);
    }
}
