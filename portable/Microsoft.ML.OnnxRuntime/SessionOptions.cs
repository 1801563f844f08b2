using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>How a session loads and runs its model.</summary>
public unsafe class SessionOptions : SafeHandle
{
    private const string CpuProvider = "CPU";

    private ExecutionMode _executionMode = ExecutionMode.ORT_SEQUENTIAL;
    private GraphOptimizationLevel _graphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL;
    private OrtLoggingLevel _logSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING;
    private bool _enableCpuMemArena = true;
    private bool _enableMemoryPattern = true;
    private int _interOpNumThreads;
    private int _intraOpNumThreads;
    private string _logId = "";

    /// <summary>Creates options with the library's defaults.</summary>
    /// <exception cref="DllNotFoundException">The native library is not installed.</exception>
    public SessionOptions()
        : base(0, ownsHandle: true)
    {
        nint options;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)OrtApi.Address(OrtFunction.CreateSessionOptions))(&options));
        handle = options;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Threads within one operator; 0 takes as many as there are cores. Default: 0.</summary>
    public int IntraOpNumThreads
    {
        get => _intraOpNumThreads;
        set
        {
            Set(OrtFunction.SetIntraOpNumThreads, value);
            _intraOpNumThreads = value;
        }
    }

    /// <summary>Threads across operators in parallel mode; 0 lets the library choose. Default: 0.</summary>
    public int InterOpNumThreads
    {
        get => _interOpNumThreads;
        set
        {
            Set(OrtFunction.SetInterOpNumThreads, value);
            _interOpNumThreads = value;
        }
    }

    /// <summary>Whether independent operators run side by side. Default: sequential.</summary>
    public ExecutionMode ExecutionMode
    {
        get => _executionMode;
        set
        {
            Set(OrtFunction.SetSessionExecutionMode, (int)value);
            _executionMode = value;
        }
    }

    /// <summary>How far the graph is optimised on loading. Default: all.</summary>
    public GraphOptimizationLevel GraphOptimizationLevel
    {
        get => _graphOptimizationLevel;
        set
        {
            Set(OrtFunction.SetSessionGraphOptimizationLevel, (int)value);
            _graphOptimizationLevel = value;
        }
    }

    /// <summary>Least severe message that the session logs. Default: warnings.</summary>
    public OrtLoggingLevel LogSeverityLevel
    {
        get => _logSeverityLevel;
        set
        {
            Set(OrtFunction.SetSessionLogSeverityLevel, (int)value);
            _logSeverityLevel = value;
        }
    }

    /// <summary>Name of the session in the library's log. Default: empty.</summary>
    public string LogId
    {
        get => _logId;
        set
        {
            using var name = new Utf8Buffer([value]);
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)OrtApi.Address(OrtFunction.SetSessionLogId))(handle, name.Pointers[0]));
            _logId = value;
        }
    }

    /// <summary>Whether runs of one shape reuse a memory plan. Default: true.</summary>
    public bool EnableMemoryPattern
    {
        get => _enableMemoryPattern;
        set
        {
            Switch(value ? OrtFunction.EnableMemPattern : OrtFunction.DisableMemPattern);
            _enableMemoryPattern = value;
        }
    }

    /// <summary>Whether CPU memory is kept in an arena between runs. Default: true.</summary>
    public bool EnableCpuMemArena
    {
        get => _enableCpuMemArena;
        set
        {
            Switch(value ? OrtFunction.EnableCpuMemArena : OrtFunction.DisableCpuMemArena);
            _enableCpuMemArena = value;
        }
    }

    internal nint Handle => handle;

    /// <summary>Sets one of the library's configuration entries.</summary>
    /// <param name="configKey">Key, such as <c>session.intra_op.allow_spinning</c>.</param>
    /// <param name="configValue">Value.</param>
    public void AddSessionConfigEntry(string configKey, string configValue)
    {
        using var texts = new Utf8Buffer([configKey, configValue]);
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)OrtApi.Address(OrtFunction.AddSessionConfigEntry))(
            handle, texts.Pointers[0], texts.Pointers[1]));
    }

    /// <summary>Prefers a CUDA device for the operators it can run.</summary>
    /// <param name="deviceId">Index of the device.</param>
    /// <exception cref="OnnxRuntimeException">The library has no CUDA provider, or it cannot start.</exception>
    public void AppendExecutionProvider_CUDA(int deviceId = 0)
    {
        nint cuda;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)OrtApi.Address(OrtFunction.CreateCudaProviderOptions))(&cuda));
        try
        {
            using var texts = new Utf8Buffer(["device_id", deviceId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            fixed (nint* pointers = texts.Pointers)
            {
                OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint*, nuint, nint>)OrtApi.Address(OrtFunction.UpdateCudaProviderOptions))(
                    cuda, pointers, pointers + 1, 1));
            }

            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)OrtApi.Address(
                OrtFunction.SessionOptionsAppendExecutionProviderCudaV2))(handle, cuda));
        }
        finally
        {
            OrtApi.Release(OrtFunction.ReleaseCudaProviderOptions, cuda);
        }
    }

    /// <summary>Adds the CPU provider, which every session has anyway as its last resort.</summary>
    /// <param name="useArena">1 to keep memory in an arena, 0 not to.</param>
    public void AppendExecutionProvider_CPU(int useArena = 1) => EnableCpuMemArena = useArena != 0;

    /// <summary>Prefers an execution provider for the operators it can run.</summary>
    /// <param name="providerName">Short name, such as <c>XNNPACK</c>, <c>QNN</c> or <c>CPU</c>.</param>
    /// <param name="providerOptions">Options of the provider; none when null.</param>
    /// <exception cref="OnnxRuntimeException">The library has no such provider.</exception>
    public void AppendExecutionProvider(string providerName, Dictionary<string, string>? providerOptions = null)
    {
        if (providerName == CpuProvider)
        {
            AppendExecutionProvider_CPU();
            return;
        }

        var options = providerOptions ?? [];
        using var name = new Utf8Buffer([providerName]);
        using var keys = new Utf8Buffer(options.Keys);
        using var values = new Utf8Buffer(options.Values);
        fixed (nint* key = keys.Pointers)
        fixed (nint* value = values.Pointers)
        {
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint*, nint*, nuint, nint>)OrtApi.Address(
                OrtFunction.SessionOptionsAppendExecutionProvider))(handle, name.Pointers[0], key, value, (nuint)options.Count));
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.Release(OrtFunction.ReleaseSessionOptions, handle);
        return true;
    }

    private void Set(OrtFunction setter, int value)
        => OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, int, nint>)OrtApi.Address(setter))(handle, value));

    private void Switch(OrtFunction function)
        => OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint>)OrtApi.Address(function))(handle));
}
