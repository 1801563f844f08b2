using System.Diagnostics;
using System.Globalization;
using VideoGrain.Cli.Output;

namespace VideoGrain.Cli.Chaos;

/// <summary>A service in a process of its own, which can be killed and is started again, by whoever looks after it here or because it died by itself.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromMinutes(2), ProbePause = TimeSpan.FromMilliseconds(100), EndPatience = TimeSpan.FromSeconds(30);

    private readonly ProcessStartInfo _start;
    private readonly Uri _ready;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Process? _process;

    /// <summary>Prepares a service; nothing runs yet.</summary>
    /// <param name="name">Which one.</param>
    /// <param name="grpcPort">Its gRPC port on loopback.</param>
    /// <param name="httpPort">Its port for health and metrics.</param>
    /// <param name="log">File that its output is appended to.</param>
    /// <param name="settings">Its configuration.</param>
    /// <param name="environment">What it finds in its environment besides.</param>
    public ServiceProcess(
        ServiceName name, int grpcPort, int httpPort, string log, IEnumerable<string> settings, IEnumerable<KeyValuePair<string, string>> environment)
    {
        (Name, Log, _ready) = (name, log, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{httpPort}/readyz")));
        string program = Path.Combine(AppContext.BaseDirectory, name.Program());

        // The shell only opens the log and becomes the program, so that nobody has to pump its output.
        _start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "exec \"$@\" >>\"$LOG_FILE\" 2>&1 </dev/null", "sh", "dotnet", program,
                string.Create(CultureInfo.InvariantCulture, $"--Endpoints:GrpcPort={grpcPort}"), string.Create(CultureInfo.InvariantCulture, $"--Endpoints:HttpPort={httpPort}"),
            },
            WorkingDirectory = Path.GetDirectoryName(log),
        };
        foreach (string setting in settings)
            _start.ArgumentList.Add(setting);
        _start.Environment["LOG_FILE"] = log;

        // A killed process must not leave a diagnostics socket behind.
        _start.Environment["DOTNET_EnableDiagnostics"] = "0";

        // One that lives for seconds gains nothing from code that is measured first.
        _start.Environment["DOTNET_TieredPGO"] = "0";
        foreach ((string key, string value) in environment)
            _start.Environment[key] = value;
    }

    /// <summary>Which service.</summary>
    public ServiceName Name { get; }

    /// <summary>File with its output.</summary>
    public string Log { get; }

    /// <summary>How often it ended without having been told to.</summary>
    public int Deaths { get; private set; }

    /// <summary>Starts it, or starts it again where it died by itself or cannot come up.</summary>
    public async Task EnsureReadyAsync(CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await IsReadyAsync(cancellation))
        {
            if (Stopwatch.GetElapsedTime(start) > ReadyPatience)
                throw CommandException.Of(ExitCodes.Environment, "SERVICE_NOT_READY", $"{Name} does not come up; see {Log}");
            await RestartIfDeadAsync(cancellation);
            await Task.Delay(ProbePause, cancellation);
        }
    }

    /// <summary>Starts it where it is not running; one that ended by itself is counted.</summary>
    public async Task RestartIfDeadAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_process is { HasExited: false })
                return;
            if (_process is not null)
            {
                Deaths++;
                _process.Dispose();
            }

            _process = Process.Start(_start);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Kills it as kill -9 does, and starts it again at once.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_process is not null)
            {
                _process.Kill();
                await _process.WaitForExitAsync(cancellation);
                _process.Dispose();
            }

            _process = Process.Start(_start);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Whether it says that it takes requests.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using HttpResponseMessage answer = await _http.GetAsync(_ready, cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Ends it in order, and by force if it will not.</summary>
    public async Task StopAsync()
    {
        if (_process is not Process process)
            return;
        if (!process.HasExited)
        {
            using (Process terminate = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
                await terminate.WaitForExitAsync();
            using CancellationTokenSource patience = new(EndPatience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
        _process = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _turn.Dispose();
    }
}
