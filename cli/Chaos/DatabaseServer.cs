using System.Diagnostics;
using System.Globalization;
using VideoGrain.Cli.Output;

namespace VideoGrain.Cli.Chaos;

/// <summary>
/// A PostgreSQL server for one run: the machine's binaries on a temporary folder and a port on loopback. Commits are synced, as in life.
/// A shell guards the server and ends it when this process is gone, however it went.
/// </summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private const string User = "postgres";
    private const string Versions = "/usr/lib/postgresql";

    // The guard's standard input closes when this process ends.
    private const string Guard =
        """
        set -e
        bin=$1 root=$2 port=$3
        "$bin/initdb" -D "$root/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$root/log" 2>&1
        "$bin/postgres" -D "$root/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c shared_buffers=32MB >>"$root/log" 2>&1 </dev/null &
        server=$!
        cat >/dev/null
        kill -INT $server 2>/dev/null || true
        wait $server || true
        rm -rf "$root/data"
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), ProbePause = TimeSpan.FromMilliseconds(200);

    private readonly string _root = Directory.CreateTempSubdirectory("videograin-chaos-database-").FullName;
    private readonly Process _guard;

    private DatabaseServer(string binaries, int port)
    {
        ProcessStartInfo start = new("sh") { RedirectStandardInput = true, WorkingDirectory = _root };
        if (Environment.IsPrivilegedProcess)
        {
            // The server refuses to run as root.
            using (Process own = Process.Start("chown", [User, _root]))
                own.WaitForExit();
            start.FileName = "runuser";
            foreach (string argument in (string[])["-u", User, "--", "sh"])
                start.ArgumentList.Add(argument);
        }

        foreach (string argument in (string[])["-c", Guard, "guard", binaries, _root, port.ToString(CultureInfo.InvariantCulture)])
            start.ArgumentList.Add(argument);
        _guard = Process.Start(start)!;
    }

    /// <summary>Starts a server and waits until it takes connections.</summary>
    /// <param name="port">Its port on loopback.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="CommandException">PostgreSQL is not installed, or its server does not come up.</exception>
    public static async Task<DatabaseServer> StartAsync(int port, CancellationToken cancellation)
    {
        string binaries = Binaries();
        DatabaseServer server = new(binaries, port);
        try
        {
            await server.WaitUntilReadyAsync(binaries, port, cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>How a client behind an address reaches the database.</summary>
    public static string ConnectionString(Uri address) =>
        string.Create(CultureInfo.InvariantCulture, $"Host={address.Host};Port={address.Port};Username={User};Database={User};SSL Mode=Disable;GSS Encryption Mode=Disable");

    /// <summary>Ends the server and removes its folder.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        using CancellationTokenSource patience = new(Patience);
        await _guard.WaitForExitAsync(patience.Token);
        _guard.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static string Binaries() =>
        (Directory.Exists(Versions) ? Directory.GetDirectories(Versions) : []).Select(version => Path.Combine(version, "bin"))
            .Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
        ?? throw CommandException.Of(ExitCodes.Environment, "POSTGRESQL_NOT_FOUND", $"PostgreSQL's server is not installed: there is no {Versions}/*/bin/initdb (apt-get install postgresql)");

    private async Task WaitUntilReadyAsync(string binaries, int port, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            using (Process probe = Process.Start(
                new ProcessStartInfo(Path.Combine(binaries, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture)]))!)
            {
                await probe.WaitForExitAsync(cancellation);
                if (probe.ExitCode == 0)
                    return;
            }

            if (_guard.HasExited || Stopwatch.GetElapsedTime(start) > Patience)
            {
                string log = Path.Combine(_root, "log");
                throw CommandException.Of(
                    ExitCodes.Environment, "POSTGRESQL_NOT_READY", $"PostgreSQL's server does not come up: {(File.Exists(log) ? await File.ReadAllTextAsync(log, cancellation) : "it wrote no log")}");
            }

            await Task.Delay(ProbePause, cancellation);
        }
    }
}
