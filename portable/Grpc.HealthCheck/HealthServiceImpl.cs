using System.Threading.Channels;
using Grpc.Core;
using Grpc.Health.V1;
using static Grpc.Health.V1.HealthCheckResponse.Types;

namespace Grpc.HealthCheck;

/// <summary>The health service over statuses that the application sets. Thread-safe.</summary>
public class HealthServiceImpl : Health.V1.Health.HealthBase
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<ChannelWriter<ServingStatus>>> _watchers = new(StringComparer.Ordinal);

    /// <summary>Sets a service's status.</summary>
    /// <param name="service">Full name of the service; empty for the server as a whole.</param>
    /// <param name="status">The status.</param>
    public void SetStatus(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_gate)
        {
            var known = _statuses.TryGetValue(service, out var before);
            _statuses[service] = status;
            if (!known || before != status)
                Notify(service, status);
        }
    }

    /// <summary>Forgets a service.</summary>
    /// <param name="service">Full name of the service; empty for the server as a whole.</param>
    public void ClearStatus(string service)
    {
        ArgumentNullException.ThrowIfNull(service);
        lock (_gate)
        {
            if (_statuses.Remove(service))
                Notify(service, ServingStatus.ServiceUnknown);
        }
    }

    /// <summary>Forgets all services.</summary>
    public void ClearAll()
    {
        lock (_gate)
        {
            foreach (var service in _statuses.Keys)
                Notify(service, ServingStatus.ServiceUnknown);
            _statuses.Clear();
        }
    }

    /// <inheritdoc/>
    public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context)
    {
        lock (_gate)
        {
            return _statuses.TryGetValue(request.Service, out var status)
                ? Task.FromResult(new HealthCheckResponse { Status = status })
                : throw new RpcException(new Status(StatusCode.NotFound, $"The service '{request.Service}' is unknown."));
        }
    }

    /// <inheritdoc/>
    public override Task Watch(
        HealthCheckRequest request, IServerStreamWriter<HealthCheckResponse> responseStream, ServerCallContext context) =>
        WatchAsync(request.Service, null, responseStream, context.CancellationToken);

    /// <summary>Writes the status now and whenever it changes, until cancelled.</summary>
    /// <param name="service">The service.</param>
    /// <param name="first">Finds out the status to write first; null for the one that is set.</param>
    /// <param name="responses">Takes the statuses.</param>
    /// <param name="cancellationToken">Ends the watch, without an error.</param>
    internal async Task WatchAsync(
        string service,
        Func<CancellationToken, Task<ServingStatus>>? first,
        IServerStreamWriter<HealthCheckResponse> responses,
        CancellationToken cancellationToken)
    {
        // Only the latest status matters to a watcher that is slow.
        var changes = Channel.CreateBounded<ServingStatus>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var written = Subscribe(service, changes.Writer);
        try
        {
            if (first is not null)
                written = await first(cancellationToken).ConfigureAwait(false);
            await responses.WriteAsync(new HealthCheckResponse { Status = written }, cancellationToken).ConfigureAwait(false);
            await foreach (var status in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                if (status == written)
                    continue;
                written = status;
                await responses.WriteAsync(new HealthCheckResponse { Status = status }, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            Unsubscribe(service, changes.Writer);
        }
    }

    private ServingStatus Subscribe(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (_gate)
        {
            if (!_watchers.TryGetValue(service, out var list))
                _watchers[service] = list = [];
            list.Add(watcher);
            return _statuses.GetValueOrDefault(service, ServingStatus.ServiceUnknown);
        }
    }

    private void Unsubscribe(string service, ChannelWriter<ServingStatus> watcher)
    {
        lock (_gate)
        {
            var list = _watchers[service];
            list.Remove(watcher);
            if (list.Count == 0)
                _watchers.Remove(service);
        }
    }

    private void Notify(string service, ServingStatus status)
    {
        foreach (var watcher in _watchers.GetValueOrDefault(service) ?? [])
            watcher.TryWrite(status);
    }
}
