namespace Microsoft.ML.OnnxRuntime;

/// <summary>A loaded model. Runs may overlap; disposing while a run is under way is the caller's to avoid.</summary>
public unsafe class InferenceSession : IDisposable
{
    private readonly Dictionary<string, NodeMetadata> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, NodeMetadata> _outputs = new(StringComparer.Ordinal);
    private readonly List<string> _inputNames = [];
    private readonly List<string> _outputNames = [];
    private ModelMetadata? _modelMetadata;
    private nint _handle;

    /// <summary>Loads a model file with default options.</summary>
    /// <param name="modelPath">Path of the ONNX file.</param>
    /// <exception cref="OnnxRuntimeException">The file is missing, damaged, or needs what the library lacks.</exception>
    public InferenceSession(string modelPath)
        : this(modelPath, null)
    {
    }

    /// <summary>Loads a model file.</summary>
    /// <param name="modelPath">Path of the ONNX file.</param>
    /// <param name="options">Options; the library's defaults when null.</param>
    /// <exception cref="OnnxRuntimeException">The file is missing, damaged, or needs what the library lacks.</exception>
    public InferenceSession(string modelPath, SessionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(modelPath);
        using var path = new Utf8Buffer([modelPath]);
        Open(options, (environment, optionsHandle) =>
        {
            nint session;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint, nint*, nint>)OrtApi.Address(OrtFunction.CreateSession))(
                environment, path.Pointers[0], optionsHandle, &session));
            return session;
        });
    }

    /// <summary>Loads a model from memory with default options.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <exception cref="OnnxRuntimeException">The model is damaged, or needs what the library lacks.</exception>
    public InferenceSession(byte[] model)
        : this(model, null)
    {
    }

    /// <summary>Loads a model from memory.</summary>
    /// <param name="model">The ONNX file's bytes.</param>
    /// <param name="options">Options; the library's defaults when null.</param>
    /// <exception cref="OnnxRuntimeException">The model is damaged, or needs what the library lacks.</exception>
    public InferenceSession(byte[] model, SessionOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        Open(options, (environment, optionsHandle) =>
        {
            nint session;
            fixed (byte* bytes = model)
            {
                OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, void*, nuint, nint, nint*, nint>)OrtApi.Address(
                    OrtFunction.CreateSessionFromArray))(environment, bytes, (nuint)model.Length, optionsHandle, &session));
            }

            return session;
        });
    }

    /// <summary>Frees a session that was not disposed of.</summary>
    ~InferenceSession() => Free();

    /// <summary>Inputs by name.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> InputMetadata => _inputs;

    /// <summary>Outputs by name.</summary>
    public IReadOnlyDictionary<string, NodeMetadata> OutputMetadata => _outputs;

    /// <summary>Names of the inputs, in the model's order.</summary>
    public IReadOnlyList<string> InputNames => _inputNames;

    /// <summary>Names of the outputs, in the model's order.</summary>
    public IReadOnlyList<string> OutputNames => _outputNames;

    /// <summary>What the model says about itself.</summary>
    public ModelMetadata ModelMetadata => _modelMetadata ??= new ModelMetadata(Handle);

    private nint Handle
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle == 0, this);
            return _handle;
        }
    }

    /// <summary>Computes all outputs.</summary>
    /// <param name="inputs">One value per input.</param>
    /// <returns>The outputs in the model's order; to be disposed of.</returns>
    /// <exception cref="OnnxRuntimeException">An input is unknown or of the wrong type or shape, or the run failed.</exception>
    public IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Run(IReadOnlyCollection<NamedOnnxValue> inputs)
        => Run(inputs, _outputNames);

    /// <summary>Computes some outputs.</summary>
    /// <param name="inputs">One value per input.</param>
    /// <param name="outputNames">Names of the outputs wanted.</param>
    /// <returns>The outputs in the order asked for; to be disposed of.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is of the wrong type or shape, or the run failed.</exception>
    public IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Run(
        IReadOnlyCollection<NamedOnnxValue> inputs,
        IReadOnlyCollection<string> outputNames)
    {
        using var options = new RunOptions();
        return Run(inputs, outputNames, options);
    }

    /// <summary>Computes some outputs, with options.</summary>
    /// <param name="inputs">One value per input.</param>
    /// <param name="outputNames">Names of the outputs wanted.</param>
    /// <param name="options">Options of this run.</param>
    /// <returns>The outputs in the order asked for; to be disposed of.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is of the wrong type or shape, or the run failed or was terminated.</exception>
    public IDisposableReadOnlyCollection<DisposableNamedOnnxValue> Run(
        IReadOnlyCollection<NamedOnnxValue> inputs,
        IReadOnlyCollection<string> outputNames,
        RunOptions options)
    {
        foreach (var input in inputs)
            CheckInput(input.Name, input.Element);
        using var values = new DisposableList<OrtValue>(inputs.Count);
        foreach (var input in inputs)
            values.Add(input.ToOrtValue());

        var outputs = Run(options, [.. inputs.Select(i => i.Name)], values, outputNames);
        var named = new DisposableList<DisposableNamedOnnxValue>(outputs.Count);
        try
        {
            foreach (var (name, value) in outputNames.Zip(outputs))
                named.Add(DisposableNamedOnnxValue.Create(name, value));
            return named;
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    /// <summary>Computes some outputs of values of the library.</summary>
    /// <param name="runOptions">Options of this run.</param>
    /// <param name="inputs">Values by input name.</param>
    /// <param name="outputNames">Names of the outputs wanted.</param>
    /// <returns>The outputs in the order asked for; to be disposed of.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is of the wrong type or shape, or the run failed or was terminated.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions,
        IReadOnlyDictionary<string, OrtValue> inputs,
        IReadOnlyCollection<string> outputNames)
        => Run(runOptions, [.. inputs.Keys], [.. inputs.Values], outputNames);

    /// <summary>Computes some outputs of values of the library.</summary>
    /// <param name="runOptions">Options of this run.</param>
    /// <param name="inputNames">Names of the inputs.</param>
    /// <param name="inputValues">Their values, in the same order.</param>
    /// <param name="outputNames">Names of the outputs wanted.</param>
    /// <returns>The outputs in the order asked for; to be disposed of.</returns>
    /// <exception cref="OnnxRuntimeException">A name is unknown, an input is of the wrong type or shape, or the run failed or was terminated.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        RunOptions runOptions,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<OrtValue> inputValues,
        IReadOnlyCollection<string> outputNames)
    {
        ArgumentNullException.ThrowIfNull(runOptions);
        if (inputNames.Count != inputValues.Count)
            throw new ArgumentException($"{inputNames.Count} input names for {inputValues.Count} values.", nameof(inputNames));
        var session = Handle;
        foreach (var (name, value) in inputNames.Zip(inputValues))
            CheckInput(name, value.GetTensorTypeAndShape().ElementDataType);
        foreach (var name in outputNames.Where(name => !_outputs.ContainsKey(name)))
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"Output name: '{name}' is not in the metadata");

        var outputs = new nint[outputNames.Count];
        nint[] inputs = [.. inputValues.Select(v => v.Handle)];
        using var inputText = new Utf8Buffer(inputNames);
        using var outputText = new Utf8Buffer(outputNames);
        fixed (nint* inputName = inputText.Pointers)
        fixed (nint* outputName = outputText.Pointers)
        fixed (nint* input = inputs)
        fixed (nint* output = outputs)
        {
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)OrtApi.Address(OrtFunction.Run))(
                session, runOptions.Handle, inputName, input, (nuint)inputs.Length, outputName, (nuint)outputs.Length, output));
        }

        // Managed memory behind the inputs must outlive the call, and so must the session.
        GC.KeepAlive(inputValues);
        GC.KeepAlive(runOptions);
        GC.KeepAlive(this);
        var result = new DisposableList<OrtValue>(outputs.Length);
        result.AddRange(outputs.Select(handle => new OrtValue(handle)));
        return result;
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Open(SessionOptions? options, Func<nint, nint, nint> create)
    {
        var environment = OrtEnv.Instance();
        using var defaults = options == null ? new SessionOptions() : null;
        _handle = create(environment.Handle, (options ?? defaults!).Handle);
        try
        {
            Describe(OrtFunction.SessionGetInputCount, OrtFunction.SessionGetInputName, OrtFunction.SessionGetInputTypeInfo, _inputNames, _inputs);
            Describe(OrtFunction.SessionGetOutputCount, OrtFunction.SessionGetOutputName, OrtFunction.SessionGetOutputTypeInfo, _outputNames, _outputs);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Describe(
        OrtFunction counter, OrtFunction namer, OrtFunction typer, List<string> names, Dictionary<string, NodeMetadata> metadata)
    {
        nuint count;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nuint*, nint>)OrtApi.Address(counter))(_handle, &count));
        for (nuint i = 0; i < count; i++)
        {
            nint text, type;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nuint, nint, nint*, nint>)OrtApi.Address(namer))(_handle, i, OrtApi.Allocator, &text));
            names.Add(OrtApi.TakeUtf8(text));
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nuint, nint*, nint>)OrtApi.Address(typer))(_handle, i, &type));
            try
            {
                metadata[names[^1]] = new NodeMetadata(type);
            }
            finally
            {
                OrtApi.Release(OrtFunction.ReleaseTypeInfo, type);
            }
        }
    }

    // The library's own messages leave out the name when the type is wrong.
    private void CheckInput(string name, Tensors.TensorElementType element)
    {
        if (!_inputs.TryGetValue(name, out var metadata))
            throw new OnnxRuntimeException(ErrorCode.InvalidArgument, $"Input name: '{name}' is not in the metadata");
        if (metadata.ElementDataType != element)
        {
            throw new OnnxRuntimeException(
                ErrorCode.InvalidArgument,
                $"Input '{name}': tensor element data type discovered: {element}, metadata expected: {metadata.ElementDataType}");
        }
    }

    private void Free()
    {
        var session = Interlocked.Exchange(ref _handle, 0);
        if (session != 0)
            OrtApi.Release(OrtFunction.ReleaseSession, session);
    }
}
