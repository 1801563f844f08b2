using Microsoft.EntityFrameworkCore;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>
/// A PostgreSQL transaction by its number. A connection that breaks during a commit leaves open whether it happened; the server knows, and
/// can be asked by this number afterwards.
/// </summary>
/// <param name="Number">The server's number of the transaction.</param>
internal sealed record CommitTicket(string Number)
{
    /// <summary>The ticket of the present transaction; null when it has written nothing.</summary>
    public static async Task<CommitTicket?> TakeAsync(JobsDbContext context, CancellationToken cancellationToken) =>
        await context.Database.SqlQuery<string?>($"SELECT pg_current_xact_id_if_assigned()::text AS \"Value\"").SingleAsync(cancellationToken) is { } number
            ? new CommitTicket(number)
            : null;

    /// <summary>What became of the transaction: true for committed, false for not, null while the server is still at it.</summary>
    public async Task<bool?> OutcomeAsync(JobsDbContext context, CancellationToken cancellationToken) =>
        await context.Database.SqlQuery<string?>($"SELECT pg_xact_status({Number}::xid8) AS \"Value\"").SingleAsync(cancellationToken) switch
        {
            "committed" => true,
            "aborted" => false,
            _ => null,
        };
}
