//! A source as DataFusion's planner sees it.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use async_trait::async_trait;
use lance::deps::datafusion::catalog::{Session, TableProvider};
use lance::deps::datafusion::common::Result;
use lance::deps::datafusion::logical_expr::execution_props::ExecutionProps;
use lance::deps::datafusion::logical_expr::expr_rewriter::unnormalize_col;
use lance::deps::datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use lance::deps::datafusion::physical_plan::ExecutionPlan;

use super::failure::Shared;
use super::scan::SourceScan;
use super::source::TableSource;
use crate::engine::store::Predicate;

/// A table under the name that a statement has for it.
#[derive(Debug)]
pub(super) struct Provider {
    pub(super) name: Arc<str>,
    pub(super) source: Arc<dyn TableSource>,
}

#[async_trait]
impl TableProvider for Provider {
    fn schema(&self) -> SchemaRef {
        self.source.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Conditions on the records' own columns are the pass's: it reads the other columns of those only that match.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        let schema = self.source.schema();
        let own = schema.fields().iter().take(self.source.own_columns());
        let own: SchemaRef = Arc::new(Schema::new(own.cloned().collect::<Vec<_>>()));
        let planned = |filter: &&Expr| {
            // One with a query inside is none that a record alone can answer.
            match Predicate::of_query(
                &[unnormalize_col((*filter).clone())],
                &own,
                &ExecutionProps::new(),
            ) {
                Ok(_) => TableProviderFilterPushDown::Exact,
                Err(_) => TableProviderFilterPushDown::Unsupported,
            }
        };
        Ok(filters.iter().map(planned).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = self.source.schema();
        let columns = projection.cloned().unwrap_or_else(|| (0..schema.fields().len()).collect());
        let filter = Predicate::of_query(filters, &schema, state.execution_props());
        let filter = filter.map_err(Shared::wrap)?;
        let scan = SourceScan::new(self.name.clone(), self.source.clone(), columns, filter)?;
        Ok(Arc::new(scan))
    }
}
