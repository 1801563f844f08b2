using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using VideoGrain.ServiceDefaults.Errors;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace VideoGrain.Segmentation.Models;

/// <summary>One ONNX file of a model: one session for all calls, with a bound on the runs at a time.</summary>
internal sealed class OnnxNetwork : IDisposable
{
    private readonly string _model;
    private readonly string _decoder;
    private readonly InferenceSession _session;
    private readonly SemaphoreSlim _runs;

    /// <summary>Loads a network and checks its tensors against the profile.</summary>
    /// <param name="model">The model's profile, for its names.</param>
    /// <param name="profile">The network.</param>
    /// <param name="roles">What the decoder feeds and reads.</param>
    /// <param name="folder">Folder of the profile.</param>
    /// <param name="options">Threads, bounds and execution provider.</param>
    /// <exception cref="ModelProfileException">The file is missing or damaged, or does not fit the profile; the tensor is named.</exception>
    /// <exception cref="VideoGrainException">The execution provider cannot be used.</exception>
    public OnnxNetwork(ModelProfile model, NetworkProfile profile, NetworkRoles roles, string folder, SegmentationOptions options)
    {
        (_model, _decoder, Profile) = (model.Name, model.Decoder, profile);
        _runs = new SemaphoreSlim(options.MaxConcurrentRuns);
        try
        {
            using var sessionOptions = new SessionOptions { IntraOpNumThreads = options.ModelThreads };
            ExecutionProviders.Prefer(sessionOptions, options.ExecutionProvider, options.ExecutionDevice);
            _session = new InferenceSession(Path.Combine(folder, profile.File), sessionOptions);
        }
        catch (Exception error)
        {
            _runs.Dispose();
            if (error is OnnxRuntimeException)
                throw new ModelProfileException($"model '{_model}': {Shorten(error.Message, folder)}", error);
            throw;
        }

        try
        {
            CheckInputs(roles);
            CheckOutputs();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NetworkProfile Profile { get; }

    /// <summary>How it takes a frame.</summary>
    /// <exception cref="InvalidOperationException">It takes none; decoders ask only those that do.</exception>
    public InputProfile Input => Profile.Input ?? throw new InvalidOperationException($"{Profile.File} takes no picture");

    /// <summary>Frees the network; no run may be under way.</summary>
    public void Dispose()
    {
        _session.Dispose();
        _runs.Dispose();
    }

    /// <summary>Sizes of an input by its role; -1 for those left open.</summary>
    public IReadOnlyList<int> InputShape(string role) => _session.InputMetadata[Profile.Inputs[role]].Dimensions;

    /// <summary>Whether the profile names an input for a role.</summary>
    public bool Takes(string role) => Profile.Inputs.ContainsKey(role);

    /// <summary>Runs the network on one picture.</summary>
    public T Run<T>(ModelInput picture, IReadOnlyList<string> outputs, Func<ModelOutputs, T> read, CancellationToken cancellationToken)
        => Run([new NetworkInput(Input.Name, picture.Values, [1, 3, Input.Height, Input.Width])], outputs, read, cancellationToken);

    /// <summary>Runs the network; cancelling stops it before its next operator.</summary>
    /// <param name="inputs">Every input, by tensor name.</param>
    /// <param name="outputs">Roles of the outputs wanted.</param>
    /// <param name="read">Reads the outputs, which do not outlive it.</param>
    /// <param name="cancellationToken">Ends the wait and the run.</param>
    /// <exception cref="ModelProfileException">The network cannot take this input, or the reader cannot read its output; the tensor is named.</exception>
    public T Run<T>(
        IReadOnlyList<NetworkInput> inputs, IReadOnlyList<string> outputs, Func<ModelOutputs, T> read, CancellationToken cancellationToken)
    {
        _runs.Wait(cancellationToken);
        var values = new List<OrtValue>(inputs.Count);
        try
        {
            using var options = new RunOptions();
            using var stop = cancellationToken.Register(() => options.Terminate = true);
            foreach (var input in inputs)
                values.Add(Value(input));
            using var results = _session.Run(options, [.. inputs.Select(i => i.Tensor)], values, [.. outputs.Select(role => Profile.Outputs[role])]);
            return read(new ModelOutputs(_model, _decoder, Profile.Outputs, outputs.Zip(results).ToDictionary(r => r.First, r => r.Second, StringComparer.Ordinal)));
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException error)
        {
            throw new ModelProfileException($"model '{_model}': a run of {Profile.File} failed: {error.Message}", error);
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
            _runs.Release();
        }
    }

    // Small tensors such as labels and sizes are whole numbers in some exports.
    private OrtValue Value(NetworkInput input) => _session.InputMetadata[input.Tensor].ElementDataType switch
    {
        TensorElementType.Int32 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(input.Values, v => (int)v), input.Shape),
        TensorElementType.Int64 => OrtValue.CreateTensorValueFromMemory(Array.ConvertAll(input.Values, v => (long)v), input.Shape),
        _ => OrtValue.CreateTensorValueFromMemory(input.Values, input.Shape),
    };

    private void CheckInputs(NetworkRoles roles)
    {
        var fed = roles.Inputs.Concat(roles.OptionalInputs.Where(Takes)).Select(role => Profile.Inputs[role]).ToList();
        if (Profile.Input is { } picture)
        {
            CheckPicture(picture.Name, picture);
            fed.Add(picture.Name);
            if (picture.Next.Length > 0)
            {
                CheckPicture(picture.Next, picture);
                fed.Add(picture.Next);
            }
        }

        foreach (var (role, name) in Profile.Inputs)
        {
            if (!_session.InputMetadata.TryGetValue(name, out var metadata))
                throw Mismatch($"has no input '{name}' for inputs.{role}; it has {string.Join(", ", _session.InputNames)}");
            if (metadata.ElementDataType is not (TensorElementType.Float or TensorElementType.Int32 or TensorElementType.Int64))
                throw Mismatch($"input '{name}' holds {metadata.ElementDataType}, must hold Float, Int32 or Int64");
        }

        foreach (var name in _session.InputNames.Where(name => !fed.Contains(name)))
            throw Mismatch($"needs input '{name}', which {_decoder} does not feed; it feeds {string.Join(", ", fed)}");
    }

    private void CheckPicture(string name, InputProfile input)
    {
        if (!_session.InputMetadata.TryGetValue(name, out var metadata))
            throw Mismatch($"has no input '{name}'; it has {string.Join(", ", _session.InputNames)}");
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

    // Callers learn which file is at fault, not where the models lie.
    private static string Shorten(string message, string folder) => message.Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);

    private ModelProfileException Mismatch(string what) => new($"model '{_model}' ({Profile.File}) {what}.");
}
