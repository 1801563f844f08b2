using VideoGrain.Orchestrator.Artifacts;
using VideoGrain.Orchestrator.Jobs;
using VideoGrain.Orchestrator.Stages;
using VideoGrain.Orchestrator.Tensors;
using VideoGrain.Protos.V1;

namespace VideoGrain.Orchestrator.Execution;

/// <summary>
/// One call of the denoiser. What does not depend on the inversion is sent at once; the latents follow when they are delivered, which may be
/// later than the call began.
/// </summary>
internal sealed class DenoisingCall(StageChannels channels, StageRunner runner, IArtifactStore store, JobContext job, DenoiseHeader header, TimeProvider time)
{
    // Well below the pauses that a stage bears.
    private static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<IReadOnlyList<StoredTensor>> _latents = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<DenoiseResponse, CancellationToken, Task> _receive = (_, _) => Task.CompletedTask;

    /// <summary>Hands over the latents.</summary>
    /// <param name="latents">The tensors.</param>
    /// <param name="receive">Takes what the stage sends from now on.</param>
    public void Deliver(IReadOnlyList<StoredTensor> latents, Func<DenoiseResponse, CancellationToken, Task> receive)
    {
        _receive = receive;
        _latents.TrySetResult(latents);
    }

    /// <summary>Runs the call to its end.</summary>
    /// <param name="first">Names and artifacts of the tensors that are there already.</param>
    /// <param name="stop">Ends the call.</param>
    public Task RunAsync(IReadOnlyList<(string Name, ArtifactDigest Digest)> first, CancellationToken stop) => runner.CallAsync(
        job,
        token => channels.Denoiser.Denoise(runner.CallOptions(token)),
        async (stream, token) =>
        {
            await stream.WriteAsync(new DenoiseRequest { Header = header }, token);
            foreach (var (name, digest) in first)
                await SendAsync(await StoredTensor.OpenAsync(store, name, digest, token));

            while (!_latents.Task.IsCompleted)
            {
                if (await IsDeliveredInAsync(KeepAliveInterval, token))
                    break;

                await stream.WriteAsync(new DenoiseRequest { KeepAlive = new KeepAlive() }, token);
            }

            foreach (var tensor in await _latents.Task)
                await SendAsync(tensor);

            Task SendAsync(StoredTensor tensor) =>
                runner.SendAsync(JobState.Denoising, tensor, chunk => stream.WriteAsync(new DenoiseRequest { Tensor = chunk }, token), token);
        },
        (message, token) => _receive(message, token),
        stop);

    private async Task<bool> IsDeliveredInAsync(TimeSpan patience, CancellationToken token)
    {
        try
        {
            await _latents.Task.WaitAsync(patience, time, token);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
