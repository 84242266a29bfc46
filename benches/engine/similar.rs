//! The nearest vectors, exactly and by an index, beside pylance on the same dataset and the same index, in turns.

use std::path::{Path, PathBuf};
use std::time::Instant;

use lanceq::{
    Columns, Durability, Engine, Hit, IndexKind, IndexSpec, Job, Likeness, Reader, Search,
};

use crate::Bench;
use crate::clusters::{Clusters, LENGTH};
use crate::figures::{Wanted, figure, median, over, p50_and_p99, ratio};
use crate::fresh;
use crate::pylance::{Pylance, Turn};

const VECTORS: u64 = 1_000_000;
pub(crate) const TOPIC: &str = "t";
const K: usize = 10;
/// Records of a flush: 64 MiB of vectors.
const PORTION: u64 = 1 << 17;
/// Queries of a round that compare every vector; what all rounds find so is the truth that indices are held against.
const EXACT: usize = 10;
/// How often a round makes each query by an index.
const TIMES: usize = 4;
/// From here on, numbers of vectors that no record has at first.
pub(crate) const QUERIES: u64 = 1 << 40;
const KINDS: [IndexKind; 2] = [IndexKind::IvfSq, IndexKind::IvfPq];
/// Of pylance's time: its wheel is compiled for processors with AVX2, lanceq for any of x86-64.
const WANTED: Wanted = Wanted::AtMost(1.5);

/// What is searched, and for what.
pub(crate) struct Field {
    pub(crate) engine: Engine,
    reader: Reader,
    pub(crate) clusters: Clusters,
    queries: Vec<Vec<f32>>,
    pub(crate) rounds: usize,
    /// What is nearest to each query, by comparing every vector.
    truth: Vec<Vec<u64>>,
}

pub(crate) async fn run(bench: &Bench) {
    let (count, rounds) = (bench.settings.count(VECTORS), bench.settings.rounds());
    println!("similar: {count} vectors of {LENGTH} numbers in clusters, the {K} nearest");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    let mut field = Field::make(&root, count, rounds).await;
    let queries = field.write_queries(folder.path());
    let mut pylance = Pylance::start(&root.join(TOPIC).join("bucket_0/data.lance"), &queries);
    field.compare_all(pylance.as_mut()).await;
    for kind in KINDS {
        field.index(kind).await;
        if let Some(pylance) = &mut pylance {
            assert_eq!(pylance.open(), count);
        }
        field.ask_index(kind, pylance.as_mut()).await;
    }
    drop(pylance);
    fresh::run(&field).await;
}

impl Field {
    async fn make(root: &Path, count: u64, rounds: usize) -> Self {
        let (engine, clusters) = (Engine::open(root).await.unwrap(), Clusters::new());
        let options = engine.writer(TOPIC).durability(Durability::Memory).maintenance(false);
        let options = options.flush_threshold(usize::MAX).flush_bytes(u64::MAX);
        let writer = options.open().await.unwrap();
        for first in (0..count).step_by(PORTION as usize) {
            writer.put_arrow(clusters.batch(first, PORTION.min(count - first))).await.unwrap();
            writer.flush().await.unwrap();
        }
        writer.close().await.unwrap();
        engine.compact(TOPIC, None, &Job::new()).await.unwrap();
        let numbers = QUERIES..QUERIES + (rounds * EXACT) as u64;
        let queries = numbers.map(|n| clusters.vector(n).to_vec()).collect();
        let columns = Columns::Only(vec!["id".into(), "text".into()]);
        let reader = engine.reader(TOPIC).await.unwrap().columns(columns);
        Self { engine, reader, clusters, queries, rounds, truth: Vec::new() }
    }

    /// The queries as a file.
    fn write_queries(&self, folder: &Path) -> PathBuf {
        let path = folder.join("queries");
        let numbers = self.queries.iter().flatten();
        let bytes: Vec<u8> = numbers.flat_map(|number| number.to_le_bytes()).collect();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Compares every vector with each query once, some of them a round.
    async fn compare_all(&mut self, mut pylance: Option<&mut Pylance>) {
        let mut sides = Sides::default();
        for round in 0..self.rounds {
            let these = (round * EXACT, EXACT);
            let ours = self.search(these, true).await;
            if let Some(pylance) = &mut pylance {
                let theirs = pylance.exact(K, these);
                let same = recall(&theirs.found, &ours.found);
                assert!(same > 0.99, "all vectors were compared, and {same} of the hits agree");
                sides.pylance.add(&theirs);
            }
            sides.lanceq.add(&ours);
            self.truth.extend(ours.found);
        }
        sides.tell("exact");
    }

    /// Makes an index in the place of the one that there is.
    async fn index(&self, kind: IndexKind) {
        let begun = Instant::now();
        let spec = IndexSpec::on("vector").kind(kind);
        self.engine.create_index(TOPIC, None, &spec, &Job::new()).await.unwrap();
        figure(&format!("{kind}, made in"), begun.elapsed().as_secs_f64(), "s");
    }

    /// Makes each query by the index, with as many candidates on both sides.
    async fn ask_index(&self, kind: IndexKind, mut pylance: Option<&mut Pylance>) {
        let mut sides = Sides::default();
        let all = (0, self.queries.len());
        let refine = self.candidates().await.div_ceil(K as u64);
        for _ in 0..self.rounds {
            let (mut ours, mut theirs) = (Turn::default(), Turn::default());
            for _ in 0..TIMES {
                ours.extend(self.search(all, false).await);
                if let Some(pylance) = &mut pylance {
                    theirs.extend(pylance.indexed((K, refine), all));
                }
            }
            sides.lanceq.add(&ours);
            sides.lanceq.recalls.push(recall(&ours.found, &self.truth));
            if pylance.is_some() {
                sides.pylance.add(&theirs);
                sides.pylance.recalls.push(recall(&theirs.found, &self.truth));
            }
        }
        sides.tell(kind.name());
    }

    /// How many vectors are compared for a query, once what the index needs is read.
    async fn candidates(&self) -> u64 {
        let found = self.reader.search(&like(&self.queries[0])).await.unwrap();
        assert_eq!(found.found_by.indices.len(), 1, "{:?}", found.found_by.passed_over);
        found.searched
    }

    async fn search(&self, (first, count): (usize, usize), is_exact: bool) -> Turn {
        let mut turn = Turn::default();
        for query in &self.queries[first..first + count] {
            let begun = Instant::now();
            let found = self.find(&like(query).exact(is_exact)).await;
            turn.took.push(begun.elapsed());
            turn.found.push(found);
        }
        turn
    }

    /// The numbers of the records that a search finds.
    pub(crate) async fn find(&self, search: &Search) -> Vec<u64> {
        let found = self.reader.search(search).await.unwrap();
        let id = |hit: &Hit| hit.record.fields["id"].as_u64().unwrap();
        found.hits.iter().map(id).collect()
    }
}

pub(crate) fn like(vector: &[f32]) -> Search {
    Search::like("vector", Likeness::Vector(vector.to_vec())).k(K)
}

/// Which share of what is nearest was found; queries may have been made several times, in the same order.
fn recall(found: &[Vec<u64>], nearest: &[Vec<u64>]) -> f64 {
    let pairs = found.iter().zip(nearest.iter().cycle());
    let hits = pairs.map(|(found, nearest)| found.iter().filter(|id| nearest.contains(id)).count());
    let wanted: usize = nearest.iter().map(Vec::len).sum();
    let times = found.len() as f64 / nearest.len() as f64;
    hits.sum::<usize>() as f64 / (wanted as f64 * times)
}

/// What one side took, round by round, in milliseconds, and what it found of what is nearest.
#[derive(Default)]
struct Side {
    p50: Vec<f64>,
    p99: Vec<f64>,
    recalls: Vec<f64>,
}

impl Side {
    fn add(&mut self, turn: &Turn) {
        let (p50, p99) = p50_and_p99(&turn.took);
        self.p50.push(p50);
        self.p99.push(p99);
    }

    fn tell(&self, what: &str, name: &str) {
        if self.p50.is_empty() {
            return;
        }
        if !self.recalls.is_empty() {
            figure(&format!("{what}, {name}: recall@{K}"), median(&self.recalls), "");
        }
        figure(&format!("{what}, {name}: p50"), median(&self.p50), "ms");
        figure(&format!("{what}, {name}: p99"), median(&self.p99), "ms");
    }
}

#[derive(Default)]
struct Sides {
    lanceq: Side,
    pylance: Side,
}

impl Sides {
    fn tell(&self, what: &str) {
        let Self { lanceq, pylance } = self;
        lanceq.tell(what, "lanceq");
        pylance.tell(what, "pylance");
        if !pylance.p50.is_empty() {
            ratio(
                &format!("{what}: time over pylance, p50"),
                over(&lanceq.p50, &pylance.p50),
                WANTED,
            );
            ratio(
                &format!("{what}: time over pylance, p99"),
                over(&lanceq.p99, &pylance.p99),
                WANTED,
            );
        }
    }
}
