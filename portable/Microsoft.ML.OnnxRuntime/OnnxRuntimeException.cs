namespace Microsoft.ML.OnnxRuntime;

/// <summary>An error of the ONNX Runtime: a damaged model, a wrong input, a failed or terminated run.</summary>
public class OnnxRuntimeException : Exception
{
    internal OnnxRuntimeException(ErrorCode errorCode, string message)
        : base($"[ErrorCode:{errorCode}] {message}")
    {
    }
}
