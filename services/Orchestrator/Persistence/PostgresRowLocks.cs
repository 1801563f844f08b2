using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Ends the marked queries with PostgreSQL's locking clause; Entity Framework has no word for it.</summary>
internal sealed class PostgresRowLocks : DbCommandInterceptor
{
    private const string Comment = "-- ";

    public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
    {
        AddClause(command);
        return result;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        AddClause(command);
        return ValueTask.FromResult(result);
    }

    private static void AddClause(DbCommand command)
    {
        var text = command.CommandText;
        if (text.StartsWith(Comment + RowLocks.SkipTag, StringComparison.Ordinal))
            command.CommandText = text + "\nFOR UPDATE SKIP LOCKED";
        else if (text.StartsWith(Comment + RowLocks.WaitTag, StringComparison.Ordinal))
            command.CommandText = text + "\nFOR UPDATE";
    }
}
