//! Whether a batch has the columns and buffers of its schema, and each mask a bit for every record.
//!
//! Arrow asks most of this itself; where a mask is too short it panics.

use arrow_ipc::{Buffer, FieldNode, RecordBatch};
use arrow_schema::{DataType, Field, Fields};

/// Walks over a batch's columns in the order in which they are written.
struct Walk<'a, N, B, V> {
    nodes: &'a mut N,
    buffers: &'a mut B,
    /// How many buffers each column of views has.
    views: &'a mut V,
}

/// Whether a batch has the shape of a schema.
pub(super) fn has_shape(batch: RecordBatch<'_>, fields: &Fields) -> bool {
    let (Some(nodes), Some(buffers)) = (batch.nodes(), batch.buffers()) else { return false };
    let (mut nodes, mut buffers) = (nodes.iter(), buffers.iter());
    let mut views = batch.variadicBufferCounts().into_iter().flatten();
    let mut walk = Walk { nodes: &mut nodes, buffers: &mut buffers, views: &mut views };
    let is_there = fields.iter().all(|field| walk.column(field).is_some());
    is_there && nodes.next().is_none() && buffers.next().is_none() && views.next().is_none()
}

impl<'b, N, B, V> Walk<'_, N, B, V>
where
    N: Iterator<Item = &'b FieldNode>,
    B: Iterator<Item = &'b Buffer>,
    V: Iterator<Item = i64>,
{
    fn column(&mut self, field: &Field) -> Option<()> {
        let node = self.nodes.next()?;
        let others = match field.data_type() {
            DataType::Null => return Some(()),
            DataType::Struct(_) | DataType::FixedSizeList(..) => 0,
            DataType::Utf8
            | DataType::LargeUtf8
            | DataType::Binary
            | DataType::LargeBinary
            | DataType::ListView(_)
            | DataType::LargeListView(_) => 2,
            DataType::Utf8View | DataType::BinaryView => self.views.next()?.checked_add(1)?,
            // No topic has such a column.
            DataType::Union(..) | DataType::RunEndEncoded(..) => return None,
            _ => 1,
        };
        let mask = self.buffers.next()?;
        if node.null_count() > 0 && mask.length().checked_mul(8)? < node.length() {
            return None;
        }
        for _ in 0..others {
            self.buffers.next()?;
        }
        match field.data_type() {
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::ListView(item)
            | DataType::LargeListView(item)
            | DataType::FixedSizeList(item, _)
            | DataType::Map(item, _) => self.column(item),
            DataType::Struct(fields) => fields.iter().try_for_each(|field| self.column(field)),
            _ => Some(()),
        }
    }
}
