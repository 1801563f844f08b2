using System.Runtime.InteropServices;
using TorchSharp;

namespace VideoGrain.Tensors.Torch.Internal;

/// <summary>Where a tensor's first element lies: on the device, for a kernel that is not the library's. TorchSharp exports it but has no method for it.</summary>
internal static partial class TensorAddress
{
    /// <summary>The address, which holds as long as the tensor does.</summary>
    public static nint Of(torch.Tensor tensor)
    {
        var address = Data(tensor.Handle);
        if (address == 0) torch.CheckForErrors();
        return address;
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);
}
