//! Building an index of vectors, or of words, over the rows of one version. Lance builds; that it becomes part of a version is
//! done in `index_segments`.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::FutureExt;
use lance::index::vector::{StageParams, VectorIndexParams};
use lance::index::{DatasetIndexExt, IndexBuildProgress, IndexParams};
use lance_table::format::IndexMetadata;
use uuid::Uuid;

use super::enter::guarded;
use super::failure::storage;
use super::files::index_folder;
use super::index_segments::{IndexSegments, remove_folders};
use super::leavings::INDICES;
use super::table::Table;
use super::word_index;
use crate::engine::error::Result;
use crate::engine::index::IndexKind;
use crate::engine::job::Job;
use crate::engine::maintenance::Shape;
use crate::engine::search::Metric;

const BUILD: &str = "build an index of";
/// Bits of an entry of a codebook's number, and of a rotated number.
const CODE_BITS: u8 = 8;
const ROTATED_BITS: u8 = 4;
/// Rounds in which a codebook is trained at most.
const ROUNDS: usize = 50;

/// An index that is to be built.
pub(crate) struct Blueprint<'a> {
    pub(crate) name: &'a str,
    pub(crate) column: &'a str,
    pub(crate) content: Content,
    /// Segments whose place it takes.
    pub(crate) replaced: BTreeSet<Uuid>,
}

/// What an index is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// Vectors, near by a metric.
    Vectors(Shape, Metric),
    /// Words of texts.
    Words,
}

impl Content {
    pub(crate) fn kind(self) -> IndexKind {
        match self {
            Self::Vectors(shape, _) => shape.kind,
            Self::Words => IndexKind::Text,
        }
    }

    pub(crate) fn metric(self) -> Option<Metric> {
        match self {
            Self::Vectors(_, metric) => Some(metric),
            Self::Words => None,
        }
    }

    pub(crate) fn partitions(self) -> Option<usize> {
        match self {
            Self::Vectors(shape, _) => Some(shape.partitions),
            Self::Words => None,
        }
    }

    fn params(self) -> lance::Result<Box<dyn IndexParams>> {
        Ok(match self {
            Self::Vectors(shape, metric) => Box::new(params(shape, metric)?),
            Self::Words => Box::new(word_index::params()),
        })
    }
}

impl Table {
    /// Builds an index over all rows, uncommitted; `None` where it has too few vectors to be trained on. `job` counts rows.
    ///
    /// Cost: the column several times, and the index; a sample of the vectors in memory, 256 for each partition. Of texts the
    /// column once, and 1 GiB of memory at most.
    /// Cancel: what was written is removed, as far as it can be.
    ///
    /// # Errors
    /// [`Error::Altered`](crate::Error::Altered) where a file is not what was written: damage would be indexed.
    pub(crate) async fn build_index(
        &self,
        blueprint: Blueprint<'_>,
        job: &Job,
    ) -> Result<Option<IndexSegments>> {
        for fragment in self.dataset.fragments().iter() {
            job.unless_cancelled(self.ask_whole(fragment)).await?;
        }
        let id = Uuid::new_v4();
        let build = async {
            let segment = self.built(&blueprint, id, job).boxed().await;
            segment.map_err(storage(BUILD, &self.path))
        };
        let segment = match job.unless_cancelled(guarded(&self.path, build)).await {
            Ok(segment) => segment,
            Err(error) => {
                remove_folders(self, vec![format!("{INDICES}/{id}")]).await;
                return Err(error);
            }
        };
        if segment.fragment_bitmap.iter().flatten().next().is_none() {
            remove_folders(self, vec![index_folder(&segment)]).await;
            return Ok(None);
        }
        Ok(Some(IndexSegments::whole(self, segment, blueprint.replaced)))
    }

    async fn built(
        &self,
        blueprint: &Blueprint<'_>,
        id: Uuid,
        job: &Job,
    ) -> lance::Result<IndexMetadata> {
        let params = blueprint.content.params()?;
        // What it changes of a handle when it commits; it does not.
        let mut dataset = self.dataset.as_ref().clone();
        let (column, kind) = (self.quoted(blueprint.column), blueprint.content.kind().name());
        let columns = [column.as_str()];
        let params = params.as_ref();
        let mut builder = dataset.create_index_builder(&columns, kind.try_into()?, params);
        builder = builder.name(blueprint.name.to_owned()).replace(true).index_uuid(id);
        let progress = Told::new(job.clone(), self.index().rows());
        builder.progress(Arc::new(progress)).execute_uncommitted().await
    }
}

fn params(shape: Shape, metric: Metric) -> lance::Result<VectorIndexParams> {
    let Shape { kind, partitions, pieces } = shape;
    let metric = metric.name().try_into()?;
    // Some of Lance's types can be had of their crate only, which is no dependency of this one.
    #[expect(clippy::default_trait_access, reason = "see above")]
    let mut params = match kind {
        IndexKind::IvfFlat => VectorIndexParams::ivf_flat(partitions, metric),
        IndexKind::IvfSq => {
            VectorIndexParams::with_ivf_sq_params(metric, Default::default(), Default::default())
        }
        IndexKind::IvfPq => {
            VectorIndexParams::ivf_pq(partitions, CODE_BITS, pieces, metric, ROUNDS)
        }
        IndexKind::IvfRq => VectorIndexParams::ivf_rq(partitions, ROTATED_BITS, metric),
        IndexKind::IvfHnswSq => VectorIndexParams::with_ivf_hnsw_sq_params(
            metric,
            Default::default(),
            Default::default(),
            Default::default(),
        ),
        IndexKind::IvfHnswPq => VectorIndexParams::with_ivf_hnsw_pq_params(
            metric,
            Default::default(),
            Default::default(),
            Default::default(),
        ),
        IndexKind::Text => return Err(lance::Error::invalid_input("words have no metric")),
    };
    for stage in &mut params.stages {
        match stage {
            StageParams::Ivf(ivf) => ivf.num_partitions = Some(partitions),
            StageParams::PQ(codebook) => {
                (codebook.num_bits, codebook.num_sub_vectors) = (CODE_BITS.into(), pieces);
            }
            _ => {}
        }
    }
    Ok(params)
}

/// How far Lance says that it is, told as rows.
#[derive(Debug)]
struct Told {
    job: Job,
    rows: u64,
    course: Mutex<Course>,
}

/// Where a build stands.
#[derive(Debug, Default)]
struct Course {
    /// Steps of the stage, and per cent of the whole before it and in it.
    steps: Option<u64>,
    stage: (u64, u64),
    told: u64,
}

/// What each stage takes, about, in per cent of the whole: of vectors.
const STAGES: [(&str, u64); 4] =
    [("train_ivf", 15), ("train_quantizer", 10), ("shuffle", 45), ("merge_partitions", 30)];
/// The stage of an index of words that takes nearly all, and counts rows.
const WORDS: &str = "tokenize_docs";

impl Told {
    fn new(job: Job, rows: u64) -> Self {
        Self { job, rows, course: Mutex::default() }
    }

    fn begin(&self, stage: &str, steps: Option<u64>) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        if stage == WORDS {
            (course.steps, course.stage) = (Some(self.rows), (0, 100));
        }
        let mut before = 0;
        for (name, share) in STAGES {
            if name == stage {
                (course.steps, course.stage) = (steps, (before, share));
            }
            before += share;
        }
    }

    /// Tells of so many steps of the stage.
    fn tell(&self, done: u64) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, share) = course.stage;
        let (rows, steps) =
            (u128::from(self.rows), u128::from(course.steps.unwrap_or(done).max(1)));
        let part = rows * u128::from(share) * u128::from(done).min(steps) / steps;
        let done = (rows * u128::from(before) + part) / 100;
        // A stage may begin anew; what was told is told.
        let more = u64::try_from(done).unwrap_or(u64::MAX).saturating_sub(course.told);
        course.told += more;
        self.job.advance(more);
    }
}

#[async_trait]
impl IndexBuildProgress for Told {
    async fn stage_start(&self, stage: &str, total: Option<u64>, _: &str) -> lance::Result<()> {
        self.begin(stage, total);
        Ok(())
    }

    async fn stage_progress(&self, _: &str, completed: u64) -> lance::Result<()> {
        self.tell(completed);
        Ok(())
    }

    async fn stage_complete(&self, _: &str) -> lance::Result<()> {
        self.tell(u64::MAX);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn progress_goes_up_to_all_rows_and_never_back() {
        let job = Job::new();
        let told = Told::new(job.clone(), 1000);
        let mut seen = Vec::new();
        for (stage, steps) in [
            ("train_ivf", Some(50)),
            ("train_quantizer", None),
            ("shuffle", Some(1000)),
            ("train_ivf", Some(50)),
            ("merge_partitions", Some(3)),
        ] {
            told.stage_start(stage, steps, "").await.unwrap();
            for step in 0..3 {
                told.stage_progress(stage, step).await.unwrap();
                seen.push(job.done());
            }
            told.stage_complete(stage).await.unwrap();
            seen.push(job.done());
        }
        assert!(seen.is_sorted() && seen.contains(&150), "{seen:?}");
        assert_eq!(job.done(), 1000);
    }

    #[tokio::test]
    async fn progress_of_words_is_that_of_the_rows_whose_texts_were_read() {
        let job = Job::new();
        let told = Told::new(job.clone(), 1000);
        let mut seen = Vec::new();
        told.stage_start("tokenize_docs", None, "rows").await.unwrap();
        for rows in [0, 250, 999] {
            told.stage_progress("tokenize_docs", rows).await.unwrap();
            seen.push(job.done());
        }
        told.stage_complete("tokenize_docs").await.unwrap();
        told.stage_start("write_metadata", Some(4), "files").await.unwrap();
        told.stage_complete("write_metadata").await.unwrap();
        assert_eq!((seen, job.done()), (vec![0, 250, 999], 1000));
    }

    #[test]
    fn each_kind_is_built_as_its_shape_says() {
        for kind in IndexKind::VECTORS {
            let shape = Shape::of(kind, 100_000, 384, Some(7)).unwrap();
            let params = params(shape, Metric::Cosine).unwrap();
            assert_eq!(params.index_type().to_string().to_uppercase(), kind.name());
            for stage in &params.stages {
                match stage {
                    StageParams::Ivf(ivf) => assert_eq!(ivf.num_partitions, Some(7)),
                    StageParams::PQ(codebook) => assert_eq!(codebook.num_sub_vectors, 48),
                    _ => {}
                }
            }
        }
    }
}
