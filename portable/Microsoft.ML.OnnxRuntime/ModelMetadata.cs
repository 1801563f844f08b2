namespace Microsoft.ML.OnnxRuntime;

/// <summary>What a model file says about itself.</summary>
public unsafe class ModelMetadata
{
    internal ModelMetadata(nint session)
    {
        nint metadata;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint*, nint>)OrtApi.Address(OrtFunction.SessionGetModelMetadata))(session, &metadata));
        try
        {
            ProducerName = Text(metadata, OrtFunction.ModelMetadataGetProducerName);
            GraphName = Text(metadata, OrtFunction.ModelMetadataGetGraphName);
            Domain = Text(metadata, OrtFunction.ModelMetadataGetDomain);
            Description = Text(metadata, OrtFunction.ModelMetadataGetDescription);
            long version;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, long*, nint>)OrtApi.Address(OrtFunction.ModelMetadataGetVersion))(metadata, &version));
            Version = version;
            CustomMetadataMap = Custom(metadata);
        }
        finally
        {
            OrtApi.Release(OrtFunction.ReleaseModelMetadata, metadata);
        }
    }

    /// <summary>Program that made the model.</summary>
    public string ProducerName { get; }

    /// <summary>Name of the graph.</summary>
    public string GraphName { get; }

    /// <summary>Domain of the model.</summary>
    public string Domain { get; }

    /// <summary>Description of the model.</summary>
    public string Description { get; }

    /// <summary>Version of the model.</summary>
    public long Version { get; }

    /// <summary>Further entries.</summary>
    public Dictionary<string, string> CustomMetadataMap { get; }

    private static string Text(nint metadata, OrtFunction getter)
    {
        nint text;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint*, nint>)OrtApi.Address(getter))(metadata, OrtApi.Allocator, &text));
        return OrtApi.TakeUtf8(text);
    }

    private static Dictionary<string, string> Custom(nint metadata)
    {
        nint* keys;
        long count;
        OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint**, long*, nint>)OrtApi.Address(
            OrtFunction.ModelMetadataGetCustomMetadataMapKeys))(metadata, OrtApi.Allocator, &keys, &count));
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            nint value;
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint, nint*, nint>)OrtApi.Address(
                OrtFunction.ModelMetadataLookupCustomMetadataMap))(metadata, OrtApi.Allocator, keys[i], &value));
            entries[OrtApi.TakeUtf8(keys[i])] = OrtApi.TakeUtf8(value);
        }

        if (keys != null)
            OrtApi.Check(((delegate* unmanaged[Cdecl]<nint, nint, nint>)OrtApi.Address(OrtFunction.AllocatorFree))(OrtApi.Allocator, (nint)keys));
        return entries;
    }
}
