using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace VideoGrain.Segmentation.Models;

/// <summary>
/// A loaded model: one session for all calls, with a bound on the runs at a time. It is disposed of when the last user has let it go
/// and the registry has replaced it.
/// </summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly SemaphoreSlim _runs;
    private int _users = 1;

    /// <summary>Loads a model, checks it against its profile, and runs it once, so that the first request finds it warm.</summary>
    /// <exception cref="ModelProfileException">The file is missing or damaged, or does not fit the profile; the tensor is named.</exception>
    public OnnxModel(ModelProfile profile, string folder, SegmentationOptions options)
    {
        Profile = profile;
        var path = Path.Combine(folder, profile.File);
        _runs = new SemaphoreSlim(options.MaxConcurrentRuns);
        try
        {
            using var sessionOptions = new SessionOptions { IntraOpNumThreads = options.ModelThreads };
            if (options.ExecutionProvider == "cuda")
                sessionOptions.AppendExecutionProvider_CUDA();
            _session = new InferenceSession(path, sessionOptions);
        }
        catch (OnnxRuntimeException error)
        {
            _runs.Dispose();
            throw new ModelProfileException($"model '{profile.Name}': {error.Message}", error);
        }

        try
        {
            CheckInput();
            CheckOutputs();
            Run(new float[3 * profile.Input.Height * profile.Input.Width], [.. profile.Outputs.Values], _ => true, CancellationToken.None);
        }
        catch (Exception error)
        {
            Dispose();
            if (error is OnnxRuntimeException)
                throw new ModelProfileException($"model '{profile.Name}': {error.Message}", error);
            throw;
        }
    }

    /// <summary>How the model is described.</summary>
    public ModelProfile Profile { get; }

    /// <summary>Keeps the model for a user; false when it is gone already.</summary>
    public bool TryAcquire()
    {
        for (var users = Volatile.Read(ref _users); users > 0; users = Volatile.Read(ref _users))
        {
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users)
                return true;
        }

        return false;
    }

    /// <summary>Lets the model go.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        _session.Dispose();
        _runs.Dispose();
    }

    /// <summary>Runs the model on one frame; cancelling stops it before its next operator.</summary>
    /// <param name="values">(3, height, width) of the profile's input.</param>
    /// <param name="outputs">Names of the output tensors wanted.</param>
    /// <param name="read">Reads the outputs, which do not outlive it.</param>
    /// <param name="cancellationToken">Ends the wait and the run.</param>
    public T Run<T>(float[] values, IReadOnlyCollection<string> outputs, Func<IReadOnlyList<OrtValue>, T> read, CancellationToken cancellationToken)
    {
        _runs.Wait(cancellationToken);
        try
        {
            using var options = new RunOptions();
            using var stop = cancellationToken.Register(() => options.Terminate = true);
            using var input = OrtValue.CreateTensorValueFromMemory(values, [1, 3, Profile.Input.Height, Profile.Input.Width]);
            using var results = _session.Run(options, [Profile.Input.Name], [input], outputs);
            return read(results);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        finally
        {
            _runs.Release();
        }
    }

    private void CheckInput()
    {
        var (name, input) = (Profile.Input.Name, Profile.Input);
        if (!_session.InputMetadata.TryGetValue(name, out var metadata))
            throw Mismatch($"has no input '{name}'; it has {string.Join(", ", _session.InputNames)}");
        if (_session.InputNames.Count != 1)
            throw Mismatch($"has {_session.InputNames.Count} inputs ({string.Join(", ", _session.InputNames)}); decoders feed '{name}' only");
        if (metadata.ElementDataType != TensorElementType.Float)
            throw Mismatch($"input '{name}' holds {metadata.ElementDataType}, must hold Float");
        int[] wanted = [1, 3, input.Height, input.Width];
        if (metadata.Dimensions.Length != wanted.Length || metadata.Dimensions.Zip(wanted).Any(d => d.First != -1 && d.First != d.Second))
            throw Mismatch($"input '{name}' has shape [{string.Join(", ", metadata.Dimensions)}], the profile says [{string.Join(", ", wanted)}]");
    }

    private void CheckOutputs()
    {
        foreach (var (role, name) in Profile.Outputs)
        {
            if (!_session.OutputMetadata.TryGetValue(name, out var metadata))
                throw Mismatch($"has no output '{name}' for outputs.{role}; it has {string.Join(", ", _session.OutputNames)}");
            if (metadata.ElementDataType is not (TensorElementType.Float or TensorElementType.Int64))
                throw Mismatch($"output '{name}' holds {metadata.ElementDataType}, must hold Float or Int64");
        }
    }

    private ModelProfileException Mismatch(string what) => new($"model '{Profile.Name}' {what}.");
}
