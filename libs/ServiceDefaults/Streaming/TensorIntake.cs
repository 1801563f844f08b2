using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>Reads a call's tensors in the background. Disposing it ends the reading, so that nothing of it outlives the call.</summary>
public sealed class TensorIntake : IAsyncDisposable
{
    private readonly TaskCompletionSource<IReadOnlyDictionary<string, ReceivedTensor>> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop;

    /// <summary>Begins to read.</summary>
    /// <param name="specs">What may come.</param>
    /// <param name="first">Names of those that are wanted first; names without a spec and optional ones are not waited for.</param>
    /// <param name="next">The next chunk, null at the end of the stream.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public TensorIntake(
        IReadOnlyCollection<TensorSpec> specs, IReadOnlyCollection<string> first, Func<CancellationToken, Task<TensorChunk?>> next,
        CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        All = ReadAsync(specs, [.. specs.Where(spec => spec.Required && first.Contains(spec.Name)).Select(spec => spec.Name)], next, _stop.Token);
    }

    /// <summary>The tensors wanted first, by name, as soon as they are complete; fails as <see cref="All"/> does when that ends before.</summary>
    public Task<IReadOnlyDictionary<string, ReceivedTensor>> First => _first.Task;

    /// <summary>All tensors by name, when the caller has ended its stream.</summary>
    public Task<IReadOnlyDictionary<string, ReceivedTensor>> All { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)All).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ((Task)_first.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, ReceivedTensor>> ReadAsync(
        IReadOnlyCollection<TensorSpec> specs, IReadOnlyList<string> first, Func<CancellationToken, Task<TensorChunk?>> next, CancellationToken cancellationToken)
    {
        try
        {
            var assembler = new TensorAssembler(specs);
            HandOver(assembler, first);
            while (await next(cancellationToken) is { } chunk)
            {
                assembler.Accept(chunk);
                HandOver(assembler, first);
            }

            var all = assembler.Complete();
            _first.TrySetResult(all);
            return all;
        }
        catch (Exception exception)
        {
            _first.TrySetException(exception);
            throw;
        }
    }

    private void HandOver(TensorAssembler assembler, IReadOnlyList<string> first)
    {
        if (_first.Task.IsCompleted || !first.All(assembler.Has)) return;
        _first.TrySetResult(first.ToDictionary(name => name, assembler.Take));
    }
}
