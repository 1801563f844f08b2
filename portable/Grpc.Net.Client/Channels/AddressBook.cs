using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Grpc.Net.Client.Channels;

/// <summary>
/// The addresses of a channel's service. Gives each call one that is worth trying: in turn, or the first; an address that could not be
/// reached is left out until its pause is over.
/// </summary>
internal sealed class AddressBook(Resolver resolver, bool roundRobin, GrpcChannelOptions options, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private List<Endpoint> _endpoints = [];
    private Status? _failure;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private int _next;

    /// <summary>Picks an address.</summary>
    /// <param name="waitForReady">Whether to wait while none is worth trying.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RpcException">UNAVAILABLE: no address is worth trying now.</exception>
    public async ValueTask<Endpoint> PickAsync(bool waitForReady, CancellationToken cancellationToken)
    {
        Start();
        while (true)
        {
            Task change;
            TimeSpan pause;
            lock (_gate)
            {
                var now = TimeProvider.System.GetUtcNow();
                if (TryPick(now, out var endpoint))
                    return endpoint;
                var resolving = _endpoints.Count == 0 && _failure is null;
                if (!resolving && !waitForReady)
                    throw new RpcException(Unavailable());
                change = _changed.Task;
                pause = _endpoints.Count == 0 ? Timeout.InfiniteTimeSpan : _endpoints.Min(candidate => candidate.Pause(now));
            }

            await WaitAsync(change, pause, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Succeeded(Endpoint endpoint)
    {
        lock (_gate)
        {
            endpoint.Succeed();
        }
    }

    public void Failed(Endpoint endpoint, Exception error)
    {
        lock (_gate)
        {
            var now = TimeProvider.System.GetUtcNow();
            endpoint.Fail(now, error);
            ChannelLog.Unreachable(logger, endpoint.Address.ToString(), endpoint.Pause(now), error);
        }

        resolver.Refresh();
    }

    public void Dispose() => resolver.Dispose();

    private static async Task WaitAsync(Task change, TimeSpan pause, CancellationToken cancellationToken)
    {
        // A timer cannot run for longer than this; waiting again costs nothing.
        var longest = TimeSpan.FromDays(1);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(change, Task.Delay(pause < longest ? pause : longest, ended.Token)).ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private void Start()
    {
        lock (_gate)
        {
            if (_started)
                return;
            _started = true;
        }

        try
        {
            resolver.Start(Update);
        }
        catch (Exception exception)
        {
            Update(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"The resolver failed: {exception.Message}", exception)));
        }
    }

    private void Update(ResolverResult result)
    {
        lock (_gate)
        {
            if (result.Addresses is { Count: > 0 } addresses)
            {
                // What is known of an address outlives a new look-up that finds it again.
                var known = _endpoints.ToDictionary(endpoint => endpoint.Address.EndPoint);
                _endpoints = [.. addresses.DistinctBy(address => address.EndPoint)
                    .Select(address => known.GetValueOrDefault(address.EndPoint) ?? new Endpoint(address, options))];
                _failure = null;
            }
            else
            {
                _failure = result.Addresses is null ? result.Status : new Status(StatusCode.Unavailable, "The service has no addresses.");
            }

            _changed.TrySetResult();
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private bool TryPick(DateTimeOffset now, out Endpoint endpoint)
    {
        for (var offset = 0; offset < _endpoints.Count; offset++)
        {
            var index = (_next + offset) % _endpoints.Count;
            endpoint = _endpoints[index];
            if (endpoint.Pause(now) > TimeSpan.Zero)
                continue;
            _next = roundRobin ? index + 1 : index;
            return true;
        }

        endpoint = null!;
        return false;
    }

    private Status Unavailable()
    {
        if (_endpoints.Count == 0)
            return _failure ?? new Status(StatusCode.Unavailable, "The service has no addresses.");
        var error = _endpoints.Select(endpoint => endpoint.LastError).FirstOrDefault(candidate => candidate is not null);
        return new Status(StatusCode.Unavailable, $"Error connecting to {string.Join(", ", _endpoints.Select(e => e.Address))}. {error?.Message}", error);
    }
}
