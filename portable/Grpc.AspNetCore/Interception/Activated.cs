namespace Grpc.AspNetCore.Server.Interception;

/// <summary>An object made for one call; disposed with it where the call owns it.</summary>
internal readonly struct Activated<T>(T instance, bool owned) : IAsyncDisposable
    where T : class
{
    public T Instance { get; } = instance;

    public ValueTask DisposeAsync()
    {
        if (!owned)
            return default;
        if (Instance is IAsyncDisposable asyncDisposable)
            return asyncDisposable.DisposeAsync();
        (Instance as IDisposable)?.Dispose();
        return default;
    }
}
