using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace VideoGrain.Diffusion.Tests.Support;

/// <summary>Builds safetensors files, right and wrong ones.</summary>
internal static class SafetensorsBytes
{
    /// <summary>A file with any header text and data.</summary>
    public static byte[] Raw(string header, byte[] data, ulong? statedLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[sizeof(ulong) + json.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(file, statedLength ?? (ulong)json.Length);
        json.CopyTo(file, sizeof(ulong));
        data.CopyTo(file, sizeof(ulong) + json.Length);
        return file;
    }

    /// <summary>One header entry.</summary>
    public static string Entry(string name, string type, string shape, long start, long end) =>
        string.Create(CultureInfo.InvariantCulture, $$"""
            "{{name}}":{"dtype":"{{type}}","shape":{{shape}},"data_offsets":[{{start}},{{end}}]}
            """);

    /// <summary>A well-formed file.</summary>
    public static byte[] Build(IEnumerable<(string Name, string Type, int[] Shape, byte[] Data)> tensors)
    {
        var header = new JsonObject();
        using var data = new MemoryStream();
        foreach (var (name, type, shape, bytes) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(data.Length, data.Length + bytes.Length),
            };
            data.Write(bytes);
        }

        return Raw(header.ToJsonString(), data.ToArray());
    }

    public static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();
}
