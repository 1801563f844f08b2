using System.Globalization;
using System.Text;
using Npgsql;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Persistence;
using VideoGrain.ServiceDefaults.Hosting;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// Carries signals between the replicas on one PostgreSQL database by NOTIFY and LISTEN. Many go in one notification, sent after the changes they
/// tell of have been committed. What gets lost is found by <see cref="SignalPoll"/> and by the workers' own looking.
/// </summary>
internal sealed partial class SignalRelay(
    DatabaseConnection database, JobSignals signals, SignalOutbox outbox, RunningJobs running, Readiness readiness, TimeProvider time, ILogger<SignalRelay> logger)
    : BackgroundService
{
    private const string Channel = "videograin";
    private const char Separator = ',';

    // The server takes less than 8000 bytes.
    private const int MaxPayload = 7900;

    // News waits this long for company: a job's history moves a few times a second.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly string _sender = Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!database.IsShared)
            return;

        try
        {
            await readiness.Started.WaitAsync(stoppingToken);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested || readiness.Started.IsFaulted)
        {
            // Shutting down, or never started: the readiness check tells why.
            return;
        }

        await Task.WhenAll(KeepAsync(ListenAsync, stoppingToken), KeepAsync(SendAsync, stoppingToken));
    }

    private async Task KeepAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await work(cancellationToken);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                Interrupted(logger, exception.Message);
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.NewConnection();
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await command.ExecuteNonQueryAsync(cancellationToken);

        while (true)
            await connection.WaitAsync(cancellationToken);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await using var connection = database.NewConnection();
        await connection.OpenAsync(cancellationToken);

        // A notification that a crash of the server swallows tells of nothing that polling would not find.
        await using (var command = new NpgsqlCommand("SET synchronous_commit = off", connection))
            await command.ExecuteNonQueryAsync(cancellationToken);

        while (true)
        {
            foreach (var payload in Payloads(await outbox.TakeAsync(cancellationToken)))
            {
                await using var command = new NpgsqlCommand("SELECT pg_notify($1, $2)", connection) { Parameters = { new() { Value = Channel }, new() { Value = payload } } };
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            await Task.Delay(Gathering, time, cancellationToken);
        }
    }

    private IEnumerable<string> Payloads(IReadOnlyCollection<Signal> news)
    {
        var payload = new StringBuilder(_sender);
        foreach (var signal in news)
        {
            // Ids are the service's own and hold no separator.
            if (payload.Length + signal.JobId.Length + 2 > MaxPayload)
            {
                yield return payload.ToString();
                payload.Clear().Append(_sender);
            }

            payload.Append(Separator).Append((char)signal.Kind).Append(signal.JobId);
        }

        yield return payload.ToString();
    }

    private void Hear(string payload)
    {
        var parts = payload.Split(Separator, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length == 0 || parts[0] == _sender)
            return;

        foreach (var part in parts.Skip(1))
        {
            var jobId = part[1..];
            switch ((SignalKind)part[0])
            {
                case SignalKind.Work:
                    signals.Wake();
                    break;
                case SignalKind.Cancelled:
                    running.TakeAway(jobId);
                    signals.Tell(jobId);
                    break;
                case SignalKind.Changed:
                    signals.Tell(jobId);
                    break;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "signals between replicas are interrupted: {Problem}")]
    private static partial void Interrupted(ILogger logger, string problem);
}
