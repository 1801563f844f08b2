using Npgsql;
using VideoGrain.Orchestrator.Options;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Finds the connection string that the configuration refers to. No message of this class repeats any of it.</summary>
internal static class ConnectionReference
{
    // What holds where the string says nothing: of two values for a key the later one counts. A server that is gone must be noticed, also by a
    // connection that only listens. Statements are not prepared: plans made while the tables are small cost more than planning does. Images
    // have no Kerberos library: where encryption by it is wanted, the string asks for it.
    private static readonly string Defaults = new NpgsqlConnectionStringBuilder
    {
        ApplicationName = "videograin-orchestrator",
        Timeout = 5,
        KeepAlive = 10,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Reads the connection string.</summary>
    /// <exception cref="InvalidOperationException">It is not where the configuration says, or is none.</exception>
    public static string Resolve(DataOptions options)
    {
        var (where, text) = options.ConnectionStringFile.Length > 0
            ? ($"the file '{options.ConnectionStringFile}'", Read(options.ConnectionStringFile))
            : ($"the environment variable '{options.ConnectionStringVariable}'", Environment.GetEnvironmentVariable(options.ConnectionStringVariable));
        if (string.IsNullOrWhiteSpace(text))
            throw new InvalidOperationException($"The connection string of the database is expected in {where}, and is not there.");

        try
        {
            return new NpgsqlConnectionStringBuilder($"{Defaults};{text.Trim()}").ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException)
        {
            // The cause may quote a part of the string.
            throw new InvalidOperationException($"What stands in {where} is no connection string.");
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
