using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.Orchestrator.Stages;

/// <summary>One call of a stage: sends and receives at the same time, and ends both when either fails.</summary>
internal static class StageCall
{
    /// <summary>Reason of a stage that stopped answering.</summary>
    public const string Stalled = "STAGE_STALLED";

    /// <summary>Runs a call to its end.</summary>
    /// <param name="open">Opens the call.</param>
    /// <param name="send">Writes the requests; the stream is completed afterwards.</param>
    /// <param name="receive">Takes each response.</param>
    /// <param name="silence">Longest wait for a response.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="cancellationToken">Ends the call; the stage notices within a step.</param>
    /// <exception cref="RpcException">The stage failed.</exception>
    /// <exception cref="VideoGrainException">UNAVAILABLE: the stage fell silent.</exception>
    public static async Task RunAsync<TRequest, TResponse>(
        Func<CancellationToken, AsyncDuplexStreamingCall<TRequest, TResponse>> open,
        Func<IClientStreamWriter<TRequest>, CancellationToken, Task> send,
        Func<TResponse, CancellationToken, Task> receive,
        TimeSpan silence,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = open(stop.Token);
        var sending = SendAsync(call.RequestStream, send, stop);
        try
        {
            while (await MoveNextAsync(call.ResponseStream, silence, time, stop.Token))
                await receive(call.ResponseStream.Current, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            cancellationToken.ThrowIfCancellationRequested();

            // The sender stopped the call; its error is the cause.
            await sending;
            throw;
        }
        catch (RpcException exception) when (VideoGrainException.FromRpcException(exception).Reason == ErrorReasons.StreamIdle)
        {
            // The stage heard nothing for too long. If what the sender waits for fails as well, its error is the cause.
            await sending;
            throw;
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends a stage one message and takes its first answer; the call ends before the stage computes.</summary>
    /// <param name="open">Opens the call.</param>
    /// <param name="request">The message.</param>
    /// <param name="silence">Longest wait for the answer.</param>
    /// <param name="time">Measures the wait.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The answer; null when the stage ended the call without one.</returns>
    /// <exception cref="RpcException">The stage failed.</exception>
    /// <exception cref="VideoGrainException">UNAVAILABLE: the stage fell silent.</exception>
    public static async Task<TResponse?> AskAsync<TRequest, TResponse>(
        Func<CancellationToken, AsyncDuplexStreamingCall<TRequest, TResponse>> open, TRequest request, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
        where TResponse : class
    {
        using var call = open(cancellationToken);
        try
        {
            await call.RequestStream.WriteAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The call has ended; the receiving side tells how.
        }

        return await MoveNextAsync(call.ResponseStream, silence, time, cancellationToken) ? call.ResponseStream.Current : null;
    }

    private static async Task SendAsync<TRequest>(IClientStreamWriter<TRequest> stream, Func<IClientStreamWriter<TRequest>, CancellationToken, Task> send, CancellationTokenSource stop)
    {
        try
        {
            await send(stream, stop.Token);
            await stream.CompleteAsync();
        }
        catch (Exception exception) when (exception is RpcException or OperationCanceledException or InvalidOperationException)
        {
            // The call has ended; the receiving side tells how.
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private static async Task<bool> MoveNextAsync<T>(IAsyncStreamReader<T> stream, TimeSpan silence, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            return await stream.MoveNext(either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled }
            && patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new VideoGrainException(StatusCode.Unavailable, Stalled, $"the stage has not answered for {silence.TotalSeconds} s", exception);
        }
    }
}
