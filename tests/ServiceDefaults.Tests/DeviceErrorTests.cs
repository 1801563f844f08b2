using System.Runtime.InteropServices;
using Grpc.Core;
using VideoGrain.ServiceDefaults.Errors;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>Native libraries tell of the device in text only.</summary>
public sealed class DeviceErrorTests
{
    private readonly ErrorTranslator _translator = new([new DeviceErrorTranslation()]);

    [Theory]
    [InlineData("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.57 GiB")]
    [InlineData("CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported")]
    [InlineData("CUDA failure 2: out of memory ; GPU=0 ; hostname=x ; expr=cudaMalloc((void**)&p, size);")]
    [InlineData("CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0 ; expr=cublasCreate(&cublas_handle_);")]
    [InlineData("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`")]
    public void Memory_OfTheDevice_MayComeBack(string message) =>
        Assert.Equal((StatusCode.ResourceExhausted, ErrorReasons.GpuOutOfMemory), Translate(message));

    [Theory]
    [InlineData("CUDA error: an illegal memory access was encountered\nCUDA kernel errors might be asynchronously reported")]
    [InlineData("CUDA error: unspecified launch failure")]
    [InlineData("CUDA failure 214: uncorrectable ECC error encountered ; GPU=0 ; expr=cudaStreamSynchronize(stream);")]
    public void Device_WhoseContextIsGone_IsLost(string message) => Assert.Equal((StatusCode.Unavailable, ErrorReasons.GpuLost), Translate(message));

    [Theory]
    [InlineData("CUDA error: invalid configuration argument")]
    [InlineData("an unknown error")]
    public void Mistake_OfTheService_StaysOne(string message) => Assert.Equal((StatusCode.Internal, ErrorReasons.Internal), Translate(message));

    private (StatusCode Code, string Reason) Translate(string message)
    {
        var error = _translator.Translate(new ExternalException(message));
        return (error.Code, error.Reason);
    }
}
