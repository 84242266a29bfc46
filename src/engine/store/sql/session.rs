//! One query, from its statement to its answer: DataFusion with limits, and without a way to change anything.

use std::sync::Arc;

use arrow_schema::SchemaRef;
use futures::StreamExt;
use lance::deps::datafusion::common::Result as PlanResult;
use lance::deps::datafusion::execution::context::SQLOptions;
use lance::deps::datafusion::execution::memory_pool::FairSpillPool;
use lance::deps::datafusion::execution::runtime_env::RuntimeEnvBuilder;
use lance::deps::datafusion::physical_plan::{ExecutionPlan, execute_stream};
use lance::deps::datafusion::prelude::{SessionConfig, SessionContext};

use super::failure::{invalid, planning, running};
use super::names::distinct;
use super::provider::Provider;
use super::source::{Batches, TableSource};
use super::statement::Statement;
use crate::engine::error::Result;
use crate::engine::store::predicate::on_a_deep_stack;

/// The share of the memory that each sort keeps free for merging what it wrote into files.
const MERGING: usize = 16;

/// What a statement is planned in: its tables, and how much memory it may take.
pub(crate) struct Session {
    context: SessionContext,
    memory: usize,
}

/// What a query gives, as it is read.
pub(crate) struct Answer {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Batches,
}

impl Session {
    /// One that keeps at most `memory` bytes of what it sorts, groups and joins in memory, and the rest in temporary files
    /// while it runs.
    pub(crate) fn new(memory: usize) -> Result<Self> {
        let pool = Arc::new(FairSpillPool::new(memory));
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(pool).build_arc();
        let runtime = runtime.map_err(|error| planning(&error))?;
        let mut config = SessionConfig::new();
        let options = config.options_mut();
        options.sql_parser.enable_ident_normalization = false;
        options.sql_parser.collect_spans = true;
        options.sql_parser.map_string_types_to_utf8view = false;
        options.optimizer.expand_views_at_output = true;
        let for_merging = options.execution.sort_spill_reservation_bytes.min(memory / MERGING);
        options.execution.sort_spill_reservation_bytes = for_merging;
        Ok(Self { context: SessionContext::new_with_config_rt(config, runtime), memory })
    }

    /// Gives a table a name.
    pub(crate) fn add(&self, name: &str, source: Arc<dyn TableSource>) -> Result<()> {
        let provider = Arc::new(Provider { name: name.into(), source });
        let table = lance::deps::datafusion::common::TableReference::bare(name);
        self.context.register_table(table, provider).map_err(|error| planning(&error))?;
        Ok(())
    }

    /// Plans a statement, and begins to answer it. Nothing is read before the answer is.
    ///
    /// Cancel: dropping the answer ends what it reads and computes.
    pub(crate) fn answer(&self, statement: Statement) -> Result<Answer> {
        let planned = on_a_deep_stack(|| futures::executor::block_on(self.plan(statement)));
        let plan = planned.map_err(invalid)?.map_err(|error| planning(&error))?;
        let (schema, memory) = (distinct(&plan.schema()), self.memory);
        let batches = execute_stream(plan, self.context.task_ctx());
        let batches = batches.map_err(|error| running(&error, memory))?;
        let named = schema.clone();
        let batches = batches.map(move |batch| {
            let named = batch.and_then(|batch| Ok(batch.with_schema(named.clone())?));
            named.map_err(|error| running(&error, memory))
        });
        Ok(Answer { schema, batches: batches.boxed() })
    }

    async fn plan(&self, statement: Statement) -> PlanResult<Arc<dyn ExecutionPlan>> {
        let state = self.context.state();
        let plan = state.statement_to_plan(statement.parsed).await?;
        let reads_only = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        reads_only.verify_plan(&plan)?;
        state.create_physical_plan(&plan).await
    }
}
