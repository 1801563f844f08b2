using System.Security.Cryptography;

namespace Grpc.Net.Client.Channels;

/// <summary>Pauses between attempts: growing by a factor, capped, and jittered so that clients do not come back all at once.</summary>
internal sealed class Backoff(GrpcChannelOptions options)
{
    // The numbers of gRPC's connection back-off protocol.
    private const double Growth = 1.6;
    private const double Jitter = 0.2;
    private const int JitterSteps = 1 << 16;

    private TimeSpan _pause;

    public TimeSpan Next()
    {
        var longest = options.MaxReconnectBackoff ?? TimeSpan.MaxValue;
        var grown = _pause == TimeSpan.Zero ? options.InitialReconnectBackoff
            : _pause > longest / Growth ? longest
            : _pause * Growth;
        _pause = grown < longest ? grown : longest;
        var offset = 2.0 * RandomNumberGenerator.GetInt32(JitterSteps) / JitterSteps - 1;
        return _pause < TimeSpan.MaxValue / 2 ? _pause * (1 + Jitter * offset) : _pause;
    }

    public void Reset() => _pause = TimeSpan.Zero;
}
