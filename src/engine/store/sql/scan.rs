//! One read of a source, as a step of a plan.

use std::fmt;
use std::sync::Arc;

use arrow_schema::SchemaRef;
use futures::{StreamExt, TryStreamExt};
use lance::deps::datafusion::common::stats::Precision;
use lance::deps::datafusion::common::{DataFusionError, Result, Statistics, internal_err};
use lance::deps::datafusion::execution::memory_pool::MemoryLimit;
use lance::deps::datafusion::execution::{SendableRecordBatchStream, TaskContext};
use lance::deps::datafusion::physical_expr::EquivalenceProperties;
use lance::deps::datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use lance::deps::datafusion::physical_plan::metrics::{
    BaselineMetrics, ExecutionPlanMetricsSet, MetricsSet,
};
use lance::deps::datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use lance::deps::datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
};

use super::failure::Shared;
use super::pieces::pieces;
use super::source::TableSource;
use crate::engine::store::Predicate;

/// Reads some columns of the records that match, a part of the source as a partition.
#[derive(Debug)]
pub(super) struct SourceScan {
    table: Arc<str>,
    source: Arc<dyn TableSource>,
    columns: Vec<usize>,
    filter: Option<Predicate>,
    rows: Vec<u64>,
    schema: SchemaRef,
    properties: Arc<PlanProperties>,
    metrics: ExecutionPlanMetricsSet,
}

impl SourceScan {
    pub(super) fn new(
        table: Arc<str>,
        source: Arc<dyn TableSource>,
        columns: Vec<usize>,
        filter: Option<Predicate>,
    ) -> Result<Self> {
        let schema = Arc::new(source.schema().project(&columns)?);
        let rows = source.rows();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema.clone()),
            Partitioning::UnknownPartitioning(rows.len().max(1)),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        let (properties, metrics) = (Arc::new(properties), ExecutionPlanMetricsSet::new());
        Ok(Self { table, source, columns, filter, rows, schema, properties, metrics })
    }

    /// How many records a partition has, or all have; exact where none is left out.
    fn count(&self, partition: Option<usize>) -> Precision<usize> {
        let rows = match partition {
            Some(partition) => self.rows.get(partition).copied().unwrap_or_default(),
            None => self.rows.iter().sum(),
        };
        let rows = usize::try_from(rows).map_or(Precision::Absent, Precision::Exact);
        if self.filter.is_some() { rows.to_inexact() } else { rows }
    }
}

impl DisplayAs for SourceScan {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<&str> =
            self.schema.fields().iter().map(|field| field.name().as_str()).collect();
        let (table, parts, columns) = (&self.table, self.rows.len(), columns.join(", "));
        write!(f, "TopicScan: {table}, buckets={parts}, columns=[{columns}]")?;
        match &self.filter {
            Some(filter) => write!(f, ", filter={filter}"),
            None => Ok(()),
        }
    }
}

impl ExecutionPlan for SourceScan {
    fn name(&self) -> &'static str {
        "TopicScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        if children.is_empty() { Ok(self) } else { internal_err!("a scan has no children") }
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let baseline = BaselineMetrics::new(&self.metrics, partition);
        let memory = match context.memory_pool().memory_limit() {
            MemoryLimit::Finite(memory) => Some(memory),
            _ => None,
        };
        let batches = if self.rows.is_empty() {
            futures::stream::empty().boxed()
        } else {
            self.source.read(partition, &self.columns, self.filter.as_ref())
        };
        let pieces = batches.map_err(Shared::wrap).map_ok(move |batch| {
            baseline.record_output(batch.num_rows());
            let pieces = pieces(&batch, memory).into_iter();
            futures::stream::iter(pieces.map(|piece| piece.map_err(DataFusionError::from)))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), pieces.try_flatten())))
    }

    fn metrics(&self) -> Option<MetricsSet> {
        Some(self.metrics.clone_inner())
    }

    fn partition_statistics(&self, partition: Option<usize>) -> Result<Arc<Statistics>> {
        let num_rows = self.count(partition);
        Ok(Arc::new(Statistics { num_rows, ..Statistics::new_unknown(&self.schema) }))
    }
}
