//! Carries out effects: the only part of the explorer that touches the engine.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};

use super::data::Fault;
use super::effect::{Effect, LoadId, Request, Slot};
use super::event::{Answer, Event};
use super::follow::Shown;
use super::panics::{self, Who};
use super::state::Memory;
use super::writers::Writers;
use super::{
    administering, alter, chores, conditions, copying, diff, exporting, fault, find, flushing,
    follow, history, lags, loads, memory, previews, putting, screenshot, sift, similar, spots,
    words,
};
use crate::{Engine, Job, Writer};

/// Topics that are counted at the same time.
const COUNTING: usize = 8;
/// Whose turn it is to decode a picture.
static DECODING: Semaphore = Semaphore::const_new(1);
/// How long the end waits for puts and flushes under way.
const GRACE: Duration = Duration::from_secs(2);

/// The tasks under way: one a slot. Dropping it stops them all; [`end`](Self::end) does so in order.
pub(crate) struct Runner {
    source: Source,
    answers: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
    /// Those that change something.
    writes: JoinSet<()>,
    slots: HashMap<Slot, (AbortHandle, Job)>,
    /// What is to be remembered, where anything is.
    memory: Option<watch::Sender<Memory>>,
}

/// What tasks read from.
#[derive(Clone)]
struct Source {
    engine: Engine,
    writers: Arc<Writers>,
    counting: Arc<Semaphore>,
}

impl Runner {
    /// A runner that passes changes on disk, and news of the program round it, on from now on.
    pub(crate) fn start(
        engine: Engine,
        writers: Vec<Writer>,
        news: Option<mpsc::Receiver<String>>,
        answers: mpsc::Sender<Event>,
    ) -> Self {
        let counting = Arc::new(Semaphore::new(COUNTING));
        let writers = Arc::new(Writers::new(engine.clone(), writers));
        let source = Source { engine, writers, counting };
        let mut tasks = JoinSet::new();
        tasks.spawn(watch(source.engine.clone(), answers.clone()));
        if let Some(news) = news {
            tasks.spawn(pass_on(news, answers.clone()));
        }
        Self { source, answers, tasks, writes: JoinSet::new(), slots: HashMap::new(), memory: None }
    }

    /// Remembers in a file from now on.
    pub(crate) fn remember_in(&mut self, file: memory::File) {
        let (sender, memories) = watch::channel(Memory::default());
        self.writes.spawn(memory::keep(file, memories, self.answers.clone()));
        self.memory = Some(sender);
    }

    /// Carries out effects, in order.
    pub(crate) fn run(&mut self, effects: Vec<Effect>) {
        while self.tasks.try_join_next().is_some() {}
        while self.writes.try_join_next().is_some() {}
        self.slots.retain(|_, (task, _)| !task.is_finished());
        for effect in effects {
            match effect {
                Effect::Load { id, slot, request } => self.load(id, slot, request),
                Effect::Cancel(slot) => self.cancel(&slot),
                Effect::Stop(slot) => {
                    if let Some((_, job)) = self.slots.get(&slot) {
                        job.cancel();
                    }
                }
                Effect::Remember(memory) => {
                    if let Some(sender) = &self.memory {
                        sender.send_replace(*memory);
                    }
                }
            }
        }
    }

    fn cancel(&mut self, slot: &Slot) {
        if let Some((task, _)) = self.slots.remove(slot) {
            task.abort();
        }
    }

    fn load(&mut self, id: LoadId, slot: Slot, request: Request) {
        self.cancel(&slot);
        let (source, answers) = (self.source.clone(), self.answers.clone());
        let (answered, job) = (slot.clone(), Job::new());
        let own = job.clone();
        let written = request.written_topic().cloned();
        let changes = request.changes() || slot == Slot::Screenshot;
        let task = async move {
            let (writers, events) = (source.writers.clone(), answers.clone());
            let sink = Sink { answers, slot: answered, id, job: own };
            let result = panics::caught(Who::Load, source.serve(request, &sink)).await;
            sink.send(result.unwrap_or_else(|report| Err(report.into()))).await;
            // Behind the answer of who opened the writer: that answer's notice would take its place.
            let Some(topic) = written else { return };
            let mended = writers.take_mended(&topic);
            if !mended.is_empty() {
                events.send(Event::Mended(topic, mended)).await.ok();
            }
        };
        let tasks = if changes { &mut self.writes } else { &mut self.tasks };
        self.slots.insert(slot, (tasks.spawn(task), job));
    }

    /// Stops reading, lets what is being written come to its end, and ends the writers.
    ///
    /// Nobody may listen to the answers any more.
    pub(crate) async fn end(mut self) {
        self.tasks.shutdown().await;
        // What takes long ends where it can.
        self.slots.values().for_each(|(_, job)| job.cancel());
        // What is remembered is written to its end, too.
        self.memory = None;
        let written = async { while self.writes.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, written).await.is_err() {
            self.writes.shutdown().await;
        }
        self.source.writers.close().await;
    }
}

impl Source {
    #[expect(clippy::too_many_lines, reason = "a line or two for each request")]
    async fn serve(self, request: Request, sink: &Sink) -> Result<Answer, Fault> {
        fault::at("load");
        let engine = &self.engine;
        let answer = match request {
            Request::Topics => loads::topics(engine).await?,
            Request::Counts(topic) => {
                // The semaphore is never closed; without a permit it is counted all the same.
                let _permit = self.counting.acquire().await.ok();
                loads::counts(engine, &topic).await?
            }
            Request::Lag(topic) => {
                let _permit = self.counting.acquire().await.ok();
                lags::lag(engine, &topic).await?
            }
            Request::Page { topic, key, generation, version, picked, inner } => {
                let as_of = (generation, version.as_ref());
                loads::page(engine, (&topic, key), as_of, (picked.as_ref(), &inner)).await?
            }
            Request::Record(id) => loads::record(engine, &id).await?,
            Request::Lighter { record, without } => {
                loads::lighter(engine, &record, &without).await?
            }
            Request::Value { record, column } => loads::value(engine, &record, column).await?,
            Request::Picture { encoded, frame } => {
                previews::preview(&DECODING, encoded, frame).await?
            }
            Request::Locate(id) => loads::locate(engine, &id).await?,
            Request::Since { bucket, version, time } => {
                spots::since(engine, &bucket, (version, time)).await?
            }
            Request::FlushFrom { record, by } => spots::flush(engine, &record, by).await?,
            Request::VersionNumbers(id) => history::numbers(engine, &id).await?,
            Request::Versions { bucket, numbers } => {
                history::versions(engine, &bucket, &numbers).await?
            }
            Request::Upkeep(id) => history::upkeep(engine, &id).await?,
            Request::Branches(id) => history::branches(engine, &id).await?,
            Request::Pin(look) => history::look(engine, &look).await?,
            Request::Diff(versus) => diff::diff(engine, &versus, sink).await?,
            Request::Alter(alteration) => alter::alter(engine, &alteration).await?,
            Request::Similar { like, column } => {
                similar::similar(engine, &like, column.as_deref()).await?
            }
            Request::Words(search) => words::words(engine, &search).await?,
            Request::Find(search) => find::find(engine, &search, sink).await?,
            Request::Condition { place, wish } => {
                conditions::condition(engine, &place, &wish).await?
            }
            Request::Estimate(sifting) => conditions::estimate(engine, &sifting).await?,
            Request::Sift(sifting) => sift::sift(engine, &sifting, sink).await?,
            Request::SiftOn { sifting, end } => {
                sift::sift_on(engine, (&sifting, end), sink).await?
            }
            Request::Tail { place, backlog, filter, inner } => {
                let shown = Shown { filter, inner };
                return Err(follow::follow(engine, &place, (backlog, &shown), sink).await);
            }
            Request::Shape(topic) => putting::shape(&self.writers, &topic).await?,
            Request::Check { topic, records } => {
                putting::check(&self.writers, &topic, records).await?
            }
            Request::Put { topic, records } => putting::put(&self.writers, &topic, records).await?,
            Request::Copy(wanted) => copying::copy(engine, &wanted).await?,
            Request::Offer(text) => copying::offer(text).await,
            Request::Export(order) => exporting::export(engine, order, sink).await?,
            Request::Holdings(topic) => administering::holdings(engine, &topic).await?,
            Request::Administer(what) => {
                administering::administer(engine, &self.writers, what).await?
            }
            Request::Storage(id) => history::storage(engine, &id).await?,
            Request::Preview { chore, place } => chores::preview(engine, &chore, &place).await?,
            Request::Tend { chore, place } => chores::tend(engine, (&chore, &place), sink).await?,
            Request::Screenshot { svg, stem } => screenshot::write(svg, stem).await?,
            Request::Flush(place) => flushing::flush(engine, &self.writers, &place).await?,
        };
        Ok(answer)
    }
}

/// Where a load answers.
pub(crate) struct Sink {
    answers: mpsc::Sender<Event>,
    slot: Slot,
    id: LoadId,
    job: Job,
}

impl Sink {
    /// What long work counts in, and where it hears that it is to end.
    pub(crate) fn job(&self) -> &Job {
        &self.job
    }

    /// One that answers to a test.
    #[cfg(test)]
    pub(crate) fn to_test() -> (Self, mpsc::Receiver<Event>) {
        let (answers, events) = mpsc::channel(1);
        (Self { answers, slot: Slot::Topics, id: LoadId(1), job: Job::new() }, events)
    }

    /// Answers; waits where the explorer is busy.
    pub(crate) async fn send(&self, result: Result<Answer, Fault>) {
        let event = Event::Answer { slot: self.slot.clone(), id: self.id, result };
        // Nobody listens any more: the explorer has ended, and this task ends with it.
        self.answers.send(event).await.ok();
    }
}

async fn pass_on(mut news: mpsc::Receiver<String>, answers: mpsc::Sender<Event>) {
    while let Some(text) = news.recv().await {
        if answers.send(Event::Told(text)).await.is_err() {
            return;
        }
    }
}

async fn watch(engine: Engine, answers: mpsc::Sender<Event>) {
    let mut changes = engine.changes();
    loop {
        let change = changes.next().await;
        fault::at("task");
        if answers.send(Event::Changed(change, engine.watch_mode())).await.is_err() {
            return;
        }
    }
}
