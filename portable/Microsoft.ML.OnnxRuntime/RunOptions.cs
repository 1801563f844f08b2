using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>Options of one run, and the way to stop it from another thread.</summary>
public unsafe class RunOptions : SafeHandle
{
    private bool _terminate;

    /// <summary>Creates options with the library's defaults.</summary>
    /// <exception cref="DllNotFoundException">The native library is not installed.</exception>
    public RunOptions()
        : base(0, ownsHandle: true)
    {
        nint options;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint*, nint>)OrtApi.Address(OrtFunction.CreateRunOptions))(&options));
        handle = options;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>
    /// When set, runs that use these options stop before their next operator and throw an <see cref="OnnxRuntimeException"/>.
    /// May be set from any thread.
    /// </summary>
    public bool Terminate
    {
        get => _terminate;
        set
        {
            if (value == _terminate)
                return;
            var function = value ? OrtFunction.RunOptionsSetTerminate : OrtFunction.RunOptionsUnsetTerminate;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint>)OrtApi.Address(function))(handle));
            _terminate = value;
        }
    }

    internal nint Handle => handle;

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.Release(OrtFunction.ReleaseRunOptions, handle);
        return true;
    }
}
