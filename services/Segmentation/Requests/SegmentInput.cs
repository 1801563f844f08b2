using VideoGrain.Media;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.Segmentation.Requests;

/// <summary>
/// Takes the tensors of a segmentation. Masks may come in any size of the clip's aspect ratio, so what a mask's tensor must look like
/// is decided when its first chunk shows its shape; the shape is checked before memory is taken for it.
/// </summary>
internal sealed class SegmentInput
{
    private const string FramesName = FrameAssembler.Name;
    private const string MaskPrefix = "masks/";

    private readonly SegmentVideoHeader _header;
    private readonly SegmentationOptions _options;
    private readonly Dictionary<string, SegmentRegion> _expectedMasks;
    private readonly Dictionary<string, ReceivedTensor> _masks = new(StringComparer.Ordinal);
    private readonly FrameAssembler _frames;
    private readonly bool _needsFrames;
    private TensorAssembler? _current;
    private string _currentName = "";
    private long _currentBytes;
    private long _receivedBytes;

    public SegmentInput(SegmentVideoHeader header, SegmentationOptions options)
    {
        (_header, _options, _frames) = (header, options, new FrameAssembler(header.Geometry));
        _expectedMasks = header.Regions
            .Where(r => r.Source.SourceCase == RegionSource.SourceOneofCase.Mask)
            .ToDictionary(r => MaskPrefix + r.Id, StringComparer.Ordinal);
        _needsFrames = header.Regions.Any(r => NeedsModel(r.Source));
    }

    /// <summary>Whether a model has to look for a region.</summary>
    public static bool NeedsModel(RegionSource source) => source.SourceCase is
        RegionSource.SourceOneofCase.ObjectClass or RegionSource.SourceOneofCase.Instance or RegionSource.SourceOneofCase.Point
        or RegionSource.SourceOneofCase.Box or RegionSource.SourceOneofCase.Text;

    /// <summary>The mask tensor of a region with a given mask.</summary>
    public ReceivedTensor MaskOf(SegmentRegion region) => _masks[MaskPrefix + region.Id];

    /// <summary>Takes the next chunk.</summary>
    /// <returns>The frames that it completes; none when no region needs frames.</returns>
    /// <exception cref="VideoGrainException">The chunk does not fit; the tensor is named.</exception>
    public IReadOnlyList<Frame> Accept(TensorChunk chunk)
    {
        var current = _current != null ? _currentName : _frames is { HasBegun: true, IsComplete: false } ? FramesName : null;
        if (current != null && chunk.Name != current)
            throw Refuse(chunk.Name, $"begins before {current} is complete", ErrorReasons.ChunkOutOfOrder);
        if (chunk.Name == FramesName)
            return AcceptFrames(chunk);
        if (_current == null)
            Begin(chunk);
        _current!.Accept(chunk);
        _receivedBytes += chunk.Data.Length;
        if (_receivedBytes == _currentBytes)
        {
            _masks.Add(_currentName, _current.Complete()[_currentName]);
            _current = null;
        }

        return [];
    }

    /// <exception cref="VideoGrainException">A tensor is incomplete or missing; all missing ones are named.</exception>
    public void Complete()
    {
        _current?.Complete();
        if (_frames.HasBegun)
            _frames.Complete();
        var violations = new ViolationList();
        if (_needsFrames && !_frames.HasBegun)
            violations.Add("tensor", $"{FramesName} is required when a region needs a model, and did not come", ErrorReasons.TensorMissing);
        foreach (var name in _expectedMasks.Keys.Where(name => !_masks.ContainsKey(name)))
            violations.Add("tensor", $"{name} is required and did not come", ErrorReasons.TensorMissing);
        violations.ThrowIfAny();
    }

    private IReadOnlyList<Frame> AcceptFrames(TensorChunk chunk)
    {
        var frames = _frames.Accept(chunk);
        return _needsFrames ? frames : [];
    }

    private void Begin(TensorChunk chunk)
    {
        var spec = MaskSpec(chunk);
        _current = new TensorAssembler([spec]);
        (_currentName, _receivedBytes) = (chunk.Name, 0);
        _currentBytes = spec.MaxBytes;
    }

    private TensorSpec MaskSpec(TensorChunk chunk)
    {
        var name = chunk.Name;
        if (_masks.ContainsKey(name))
            throw Refuse(name, "came already", ErrorReasons.TensorRepeated);
        if (!_expectedMasks.ContainsKey(name))
        {
            var known = string.Join(", ", _expectedMasks.Keys.Prepend(FramesName));
            throw Refuse(name, $"is not taken by this call; it takes {known}", ErrorReasons.TensorUnknown);
        }

        long[] shape = [.. chunk.Shape.Take(TensorLayout.MaxRank)];
        var geometry = _header.Geometry;
        if (shape.Length != 3 || (shape[0] != 1 && shape[0] != geometry.FrameCount))
        {
            throw Refuse(
                name,
                $"must have shape [{geometry.FrameCount}, rows, columns] or [1, rows, columns], has {TensorLayout.Describe(shape)}",
                ErrorReasons.MaskSizeMismatch);
        }

        if (shape[1] < 1 || shape[2] < 1 || shape[1] > _options.MaxFramePixels || shape[2] > _options.MaxFramePixels
            || shape[1] * shape[2] > _options.MaxFramePixels || shape[0] * shape[1] * shape[2] > _options.MaxClipPixels)
        {
            throw Refuse(
                name,
                $"a mask has 1 to {_options.MaxFramePixels} pixels, {_options.MaxClipPixels} over all frames; has {TensorLayout.Describe(shape)}",
                ErrorReasons.MaskSizeMismatch);
        }

        // The same aspect ratio, to within a pixel that scaling may have rounded away.
        if (Math.Abs((shape[2] * geometry.Height) - (shape[1] * geometry.Width)) > Math.Max(geometry.Height, geometry.Width))
        {
            throw Refuse(
                name,
                $"is {shape[1]} x {shape[2]}, which is not the aspect ratio of the clip's {geometry.Height} x {geometry.Width} (rows x columns)",
                ErrorReasons.MaskSizeMismatch);
        }

        return new TensorSpec(name, ElementType.Uint8, [shape], MismatchReason: ErrorReasons.MaskSizeMismatch);
    }

    private static VideoGrainException Refuse(string name, string description, string reason)
        => VideoGrainException.Invalid("tensor", $"{name[..Math.Min(name.Length, TensorLayout.MaxNameLength)]}: {description}", reason);
}
