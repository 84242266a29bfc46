//! One process runs at a time, from one point of the protocol to the next; the stage says who.

use std::panic::AssertUnwindSafe;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use futures::FutureExt;
use lanceq::fault::Then;

/// A process that holds the baton for longer is stuck.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a process did with the baton.
pub(crate) enum Said<T> {
    /// It stands at this point.
    Stands(&'static str),
    /// It is done.
    Ended(T),
    /// It panicked, or it did not come back.
    Lost(String),
}

/// Hands the turn to and fro between the stage and the processes of a case.
pub(crate) struct Baton<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    turn: Option<usize>,
    places: Vec<Place<T>>,
}

struct Place<T> {
    at: Option<&'static str>,
    order: Then,
    is_dead: bool,
    ended: Option<Said<T>>,
}

impl<T: Send + 'static> Baton<T> {
    pub(crate) fn new(processes: usize) -> Self {
        let place = || Place { at: None, order: Then::Go, is_dead: false, ended: None };
        let places = (0..processes).map(|_| place()).collect();
        Self { state: Mutex::new(State { turn: None, places }), changed: Condvar::new() }
    }

    /// A process passes a point: it waits for its next turn, and is told whether it lives on.
    pub(crate) fn stand(&self, point: &'static str) -> Then {
        // The turn may come to a thread that the runtime needs for other work meanwhile.
        tokio::task::block_in_place(|| {
            let mut state = self.lock();
            let Some(own) = state.turn else { return Then::Go };
            if state.places[own].is_dead {
                return Then::Crash;
            }
            state.places[own].at = Some(point);
            state.turn = None;
            self.changed.notify_all();
            let mut state = self.changed.wait_while(state, |s| s.turn != Some(own)).unwrap();
            state.places[own].at = None;
            state.places[own].order
        })
    }

    /// Lets a process begin, up to its first point.
    pub(crate) fn begin(
        self: &std::sync::Arc<Self>,
        process: usize,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Said<T> {
        let own = self.clone();
        {
            let mut state = self.lock();
            state.places[process].is_dead = false;
            state.places[process].order = Then::Go;
            state.turn = Some(process);
        }
        super::template::runtime().spawn(async move {
            let ended = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(outcome) => Said::Ended(outcome),
                Err(panic) => Said::Lost(format!("it panicked: {}", words(&*panic))),
            };
            let mut state = own.lock();
            state.places[process].ended = Some(ended);
            state.turn = None;
            own.changed.notify_all();
        });
        self.wait(process)
    }

    /// Lets a process go on from where it stands, or die there.
    pub(crate) fn resume(&self, process: usize, order: Then) -> Said<T> {
        let mut state = self.lock();
        state.places[process].order = order;
        state.places[process].is_dead = order == Then::Crash;
        state.turn = Some(process);
        drop(state);
        self.changed.notify_all();
        self.wait(process)
    }

    /// Where a process stands.
    pub(crate) fn at(&self, process: usize) -> Option<&'static str> {
        self.lock().places[process].at
    }

    fn wait(&self, process: usize) -> Said<T> {
        let state = self.lock();
        let is_away = |state: &mut State<T>| state.turn.is_some();
        let (mut state, waited) =
            self.changed.wait_timeout_while(state, PATIENCE, is_away).unwrap();
        if waited.timed_out() {
            return Said::Lost("it is stuck".into());
        }
        let place = &mut state.places[process];
        match (place.ended.take(), place.at) {
            (Some(ended), _) => ended,
            (None, Some(point)) => Said::Stands(point),
            (None, None) => Said::Lost("it is nowhere".into()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap()
    }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
}
