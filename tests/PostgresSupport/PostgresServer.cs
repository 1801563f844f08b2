using System.Diagnostics;
using Npgsql;

namespace VideoGrain.PostgresSupport;

/// <summary>
/// A PostgreSQL server of one's own: Debian's binaries on a temporary folder, reachable by a Unix socket only, run by an unprivileged user.
/// A shell guards the server: it ends it and removes the folder when this process is gone, however it went.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string User = "postgres";
    private const string Database = "postgres";

    // The guard's standard input closes when this process ends.
    private const string Guard =
        """
        set -e
        bin=$1 root=$2
        shift 2
        "$bin/initdb" -D "$root/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$root/log" 2>&1
        "$bin/postgres" -D "$root/data" -k "$root/socket" -c listen_addresses= "$@" >>"$root/log" 2>&1 &
        server=$!
        cat >/dev/null
        kill -INT $server 2>/dev/null || true
        wait $server || true
        rm -rf "$root/data"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private readonly Process _guard;
    private readonly string _root;
    private int _databases;

    private PostgresServer(Process guard, string root) => (_guard, _root) = (guard, root);

    /// <summary>Starts a server.</summary>
    /// <param name="isDurable">Whether commits are synced; tests that kill no server need not wait for the disk.</param>
    /// <param name="parent">The folder to make the server's in; null for the system's temporary folder.</param>
    /// <exception cref="InvalidOperationException">PostgreSQL is not installed, or the server did not start; its log is in the message.</exception>
    public static async Task<PostgresServer> StartAsync(bool isDurable, string? parent = null)
    {
        var root = Path.Combine(parent ?? Path.GetTempPath(), $"vg-pg-{Environment.ProcessId}-{Path.GetRandomFileName()}");
        Directory.CreateDirectory(Path.Combine(root, "socket"));
        var guard = Process.Start(Command(Binaries(), root, isDurable ? ["-c", "shared_buffers=64MB"] : ["-c", "max_connections=300", "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]))!;
        var server = new PostgresServer(guard, root);
        try
        {
            await server.WaitUntilReadyAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an empty database, or a copy of another one that nobody is connected to.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string template = "template1")
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var connection = new NpgsqlConnection(ConnectionString(Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name} TEMPLATE {template}", connection);
        await command.ExecuteNonQueryAsync();
        return ConnectionString(name);
    }

    /// <summary>Cuts every connection to a database, as a network failure or a restarted server does.</summary>
    public async Task CutConnectionsAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(Database));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", connection)
        {
            Parameters = { new() { Value = new NpgsqlConnectionStringBuilder(connectionString).Database! } },
        };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stops the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        _guard.StandardInput.Close();
        using var limit = new CancellationTokenSource(Patience);
        await _guard.WaitForExitAsync(limit.Token);
        _guard.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static ProcessStartInfo Command(string binaries, string root, IEnumerable<string> settings)
    {
        // The server refuses to run as root.
        var start = new ProcessStartInfo { RedirectStandardInput = true };
        if (Environment.IsPrivilegedProcess)
        {
            using var own = Process.Start("chown", ["-R", User, root]);
            own.WaitForExit();
            start.FileName = "runuser";
            foreach (var argument in (string[])["-u", User, "--", "sh"])
                start.ArgumentList.Add(argument);
        }
        else
        {
            start.FileName = "sh";
        }

        foreach (var argument in (string[])["-c", Guard, "guard", binaries, root, .. settings])
            start.ArgumentList.Add(argument);

        start.WorkingDirectory = root;
        return start;
    }

    private static string Binaries()
    {
        const string versions = "/usr/lib/postgresql";
        return Directory.Exists(versions)
            ? Directory.GetDirectories(versions).Select(folder => Path.Combine(folder, "bin")).Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault() ?? throw Missing()
            : throw Missing();
    }

    private static InvalidOperationException Missing() =>
        new("PostgreSQL's server is not installed; tests/Orchestrator.Tests/setup.sh installs it.");

    private string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = Path.Combine(_root, "socket"),
        Username = User,
        Database = database,
        MaxPoolSize = 40,
    }.ConnectionString;

    private async Task WaitUntilReadyAsync()
    {
        var started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Interval);
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(ConnectionString(Database) + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException exception)
            {
                if (_guard.HasExited || Stopwatch.GetElapsedTime(started) > Patience)
                    throw new InvalidOperationException($"The PostgreSQL server did not start: {await LogAsync()}", exception);
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private async Task<string> LogAsync()
    {
        var log = Path.Combine(_root, "log");
        return File.Exists(log) ? await File.ReadAllTextAsync(log) : "there is no log";
    }
}
