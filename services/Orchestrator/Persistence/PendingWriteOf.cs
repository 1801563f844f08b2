namespace VideoGrain.Orchestrator.Persistence;

/// <summary>A change with a result.</summary>
/// <typeparam name="T">What it returns.</typeparam>
internal sealed class PendingWrite<T>(Func<JobsDbContext, Task<T>> change) : PendingWrite
{
    private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _value = default!;
    private Exception? _error;

    /// <summary>Ends when the change is on disk, or is certain not to be.</summary>
    public Task<T> Result => _result.Task;

    public override async Task<bool> RunAsync(JobsDbContext context)
    {
        try
        {
            _value = await change(context);
            await context.SaveChangesAsync(CancellationToken.None);
            return true;
        }
        catch (Exception exception)
        {
            _error = exception;
            return false;
        }
    }

    public override void Complete()
    {
        if (_error is null)
            _result.SetResult(_value);
        else
            Fail(_error);
    }

    public override void Fail(Exception exception) => _result.SetException(_error ?? exception);
}
