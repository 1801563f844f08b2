using System.Net.Sockets;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>What a database's errors mean, whichever database it is and however Entity Framework has wrapped them.</summary>
internal static class DatabaseErrors
{
    private const int SqliteFull = 13;
    private const string ShutdownClass = "57P0";
    private const string ConnectionClass = "08";

    /// <summary>Whether another writer was there first; the same change made anew sees what it did.</summary>
    public static bool IsConflict(Exception exception) => Any(exception, error => error
        is DbUpdateConcurrencyException
        or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected });

    /// <summary>Whether the server could not be reached, went away, or is starting up or shutting down.</summary>
    public static bool IsUnavailable(Exception exception) => exception is not DatabaseUnavailableException && Any(exception, error => error switch
    {
        PostgresException postgres => postgres.SqlState.StartsWith(ShutdownClass, StringComparison.Ordinal)
            || postgres.SqlState.StartsWith(ConnectionClass, StringComparison.Ordinal)
            || postgres.SqlState == PostgresErrorCodes.TooManyConnections,
        NpgsqlException { InnerException: IOException or SocketException or TimeoutException } => true,
        NpgsqlException npgsql => npgsql.IsTransient,
        _ => false,
    });

    /// <summary>Whether the database's disk is full.</summary>
    public static bool IsFull(Exception exception) => Any(exception, error => error
        is SqliteException { SqliteErrorCode: SqliteFull }
        or PostgresException { SqlState: PostgresErrorCodes.DiskFull });

    private static bool Any(Exception? exception, Func<Exception, bool> fits)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (fits(exception))
                return true;
        }

        return false;
    }
}
