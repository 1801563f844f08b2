using Grpc.Core;

namespace VideoGrain.ServiceDefaults.Telemetry;

/// <summary>A streaming call made; recorded once, when its stream ends, fails or is dropped.</summary>
internal sealed class MeasuredCall(RpcInstruments instruments, TimeProvider time, string method)
{
    private readonly long _started = time.GetTimestamp();
    private int _ended;

    public void End(StatusCode status)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) instruments.Made(method, status, time.GetElapsedTime(_started));
    }

    public void EndWith(Action dispose)
    {
        dispose();
        End(StatusCode.Cancelled);
    }
}
