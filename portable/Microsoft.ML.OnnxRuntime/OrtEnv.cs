using System.Runtime.InteropServices;

namespace Microsoft.ML.OnnxRuntime;

/// <summary>The process-wide environment of the library: its logger and what all sessions share.</summary>
public sealed unsafe class OrtEnv : SafeHandle
{
    private static readonly Lazy<OrtEnv> Shared = new(() => new OrtEnv(), LazyThreadSafetyMode.PublicationOnly);

    private OrtEnv()
        : base(0, ownsHandle: true)
    {
        nint environment;
        using var name = new Utf8Buffer(["CSharpOnnxRuntime"]);
        OrtApi.Check(((delegate* unmanaged[Cdecl]<int, nint, nint*, nint>)OrtApi.Address(OrtFunction.CreateEnv))(
            (int)OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, name.Pointers[0], &environment));
        handle = environment;
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    internal nint Handle => handle;

    /// <summary>Returns the environment, creating it on first use.</summary>
    /// <exception cref="DllNotFoundException">The native library is not installed; the message says how to get it.</exception>
    public static OrtEnv Instance() => Shared.Value;

    /// <summary>Returns the version of the native library, such as <c>1.30.0</c>.</summary>
    public string GetVersionString() => OrtApi.LibraryVersion;

    /// <summary>Returns the execution providers that the library was built with, such as <c>CPUExecutionProvider</c>.</summary>
    public string[] GetAvailableProviders()
    {
        nint* names;
        int count;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint**, int*, nint>)OrtApi.Address(OrtFunction.GetAvailableProviders))(&names, &count));
        try
        {
            var result = new string[count];
            for (var i = 0; i < count; i++)
                result[i] = OrtApi.Utf8(names[i]);
            return result;
        }
        finally
        {
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint*, int, nint>)OrtApi.Address(OrtFunction.ReleaseAvailableProviders))(names, count));
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        OrtApi.Release(OrtFunction.ReleaseEnv, handle);
        return true;
    }
}
