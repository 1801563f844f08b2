using System.Globalization;
using System.Text.RegularExpressions;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Regions;

/// <summary>
/// A region query as it is typed: <c>class:NAME</c>, <c>instance:NAME:INDEX</c>, <c>point:X,Y[@FRAME]</c>,
/// <c>box:LEFT,TOP,RIGHT,BOTTOM[@FRAME]</c>, <c>background</c>, or else a text; <c>ID=</c> in front names the region.
/// </summary>
internal static partial class RegionQuery
{
    /// <summary>The forms, for messages.</summary>
    public const string Forms = "class:NAME, instance:NAME:INDEX, point:X,Y[@FRAME], box:LEFT,TOP,RIGHT,BOTTOM[@FRAME], background, or a text; ID= in front names the region";

    private const int PointNumbers = 2;
    private const int BoxNumbers = 4;

    /// <summary>Reads a query.</summary>
    /// <param name="query">What was typed.</param>
    /// <param name="index">Its place among the queries, from 0; names the region where nothing else does.</param>
    /// <returns>The region; null when the query has none of the forms.</returns>
    public static SegmentRegion? Parse(string query, int index)
    {
        Match named = Named().Match(query);
        RegionSource? source = Source(named.Success ? named.Groups["query"].Value : query);
        string id = named.Success ? named.Groups["id"].Value : string.Create(CultureInfo.InvariantCulture, $"region{index + 1}");
        return source is null ? null : new SegmentRegion { Id = id, Source = source };
    }

    private static RegionSource? Source(string query)
    {
        Match form = Form().Match(query);
        string value = form.Groups["value"].Value;
        return (form.Success ? form.Groups["kind"].Value : query) switch
        {
            "background" => new RegionSource { Background = new Background() },
            "class" => value.Length == 0 ? null : new RegionSource { ObjectClass = new ClassQuery { Name = value } },
            "instance" => Instance(value),
            "point" => Numbers(value, PointNumbers) is (double[] at, uint frame)
                ? new RegionSource { Point = new PointQuery { X = at[0], Y = at[1], Frame = frame } } : null,
            "box" => Numbers(value, BoxNumbers) is (double[] edges, uint frame)
                ? new RegionSource { Box = new BoxQuery { Left = edges[0], Top = edges[1], Right = edges[2], Bottom = edges[3], Frame = frame } } : null,
            _ => query.Length == 0 ? null : new RegionSource { Text = new TextQuery { Text = query } },
        };
    }

    private static RegionSource? Instance(string value)
    {
        int colon = value.LastIndexOf(':');
        return colon > 0 && uint.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
            ? new RegionSource { Instance = new InstanceQuery { ClassName = value[..colon], Index = index } }
            : null;
    }

    private static (double[] Values, uint Frame)? Numbers(string text, int count)
    {
        string[] parts = text.Split('@');
        uint frame = 0;
        if (parts.Length > 2 || (parts.Length == 2 && !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out frame)))
            return null;
        string[] numbers = parts[0].Split(',');
        double[] values = new double[numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!double.TryParse(numbers[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out values[i]))
                return null;
        }

        return values.Length == count ? (values, frame) : null;
    }

    [GeneratedRegex("^(?<id>[A-Za-z0-9][A-Za-z0-9_.-]{0,63})=(?<query>.*)$")]
    private static partial Regex Named();

    [GeneratedRegex("^(?<kind>class|instance|point|box):(?<value>.*)$")]
    private static partial Regex Form();
}
