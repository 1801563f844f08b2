namespace VideoGrain.Segmentation.Models;

/// <summary>A model in use; disposing of the lease gives it back.</summary>
/// <param name="model">What is made of the loaded model.</param>
/// <param name="held">The loaded model.</param>
internal sealed class ModelLease<T>(T model, OnnxModel held) : IDisposable
{
    private OnnxModel? _held = held;

    public T Model { get; } = model;

    public ModelProfile Profile { get; } = held.Profile;

    public void Dispose() => Interlocked.Exchange(ref _held, null)?.Dispose();
}
