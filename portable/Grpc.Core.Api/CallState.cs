namespace Grpc.Core;

/// <summary>The parts that every call object shares: headers, status, trailers and disposal.</summary>
internal sealed class CallState
{
    private readonly Func<Task<Metadata>> _headers;
    private readonly Func<Status> _status;
    private readonly Func<Metadata> _trailers;
    private readonly Action _dispose;

    public CallState(Task<Metadata> headers, Func<Status> status, Func<Metadata> trailers, Action dispose)
    {
        _headers = () => headers;
        _status = status;
        _trailers = trailers;
        _dispose = dispose;
    }

    public CallState(
        Func<object, Task<Metadata>> headers,
        Func<object, Status> status,
        Func<object, Metadata> trailers,
        Action<object> dispose,
        object state)
    {
        _headers = () => headers(state);
        _status = () => status(state);
        _trailers = () => trailers(state);
        _dispose = () => dispose(state);
    }

    public Task<Metadata> Headers => _headers();

    public Status Status => _status();

    public Metadata Trailers => _trailers();

    public void Dispose() => _dispose();
}
