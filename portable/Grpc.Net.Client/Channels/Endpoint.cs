using Grpc.Net.Client.Balancer;

namespace Grpc.Net.Client.Channels;

/// <summary>An address with what is known of its reachability.</summary>
internal sealed class Endpoint(BalancerAddress address, GrpcChannelOptions options)
{
    private readonly Backoff _backoff = new(options);
    private DateTimeOffset _retryAt = DateTimeOffset.MinValue;

    public BalancerAddress Address { get; } = address;

    public Exception? LastError { get; private set; }

    /// <summary>Time until the next attempt to connect may be made; zero when it may be made now.</summary>
    public TimeSpan Pause(DateTimeOffset now) => _retryAt > now ? _retryAt - now : TimeSpan.Zero;

    public void Fail(DateTimeOffset now, Exception error)
    {
        LastError = error;

        // Calls that failed together count as one attempt.
        if (_retryAt > now)
            return;
        var pause = _backoff.Next();
        _retryAt = pause < DateTimeOffset.MaxValue - now ? now + pause : DateTimeOffset.MaxValue;
    }

    public void Succeed()
    {
        _backoff.Reset();
        _retryAt = DateTimeOffset.MinValue;
    }
}
