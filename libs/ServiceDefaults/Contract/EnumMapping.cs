using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using AttentionSpan = VideoGrain.Editing.AttentionSpan;
using Branch = VideoGrain.Protos.V1.GuidanceBranches;
using GuidanceBranches = VideoGrain.Editing.GuidanceBranches;
using SizeDivisor = VideoGrain.Editing.SizeDivisor;
using WireDivisor = VideoGrain.Protos.V1.SizeDivisor;
using WireSpan = VideoGrain.Protos.V1.AttentionSpan;

namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>Enumerations of the contract as the method's; a value that is not known is a violation.</summary>
internal static class EnumMapping
{
    public static EditProfile Profile(string field, Profile value, ViolationList violations) => value switch
    {
        Protos.V1.Profile.Published => EditProfile.Published,
        Protos.V1.Profile.Unspecified or Protos.V1.Profile.Corrected => EditProfile.Corrected,
        _ => Unknown(field, value, EditProfile.Corrected, violations),
    };

    public static GuidanceBranches Branches(string field, Branch value, GuidanceBranches unset, ViolationList violations) => value switch
    {
        Branch.Unspecified => unset,
        Branch.Unconditional => GuidanceBranches.Unconditional,
        Branch.Conditional => GuidanceBranches.Conditional,
        Branch.Both => GuidanceBranches.Both,
        _ => Unknown(field, value, unset, violations),
    };

    public static SizeDivisor Divisor(string field, WireDivisor value, SizeDivisor unset, ViolationList violations) => value switch
    {
        WireDivisor.Unspecified => unset,
        WireDivisor.Tokens => SizeDivisor.Tokens,
        WireDivisor.FramesTimesTokens => SizeDivisor.FramesTimesTokens,
        _ => Unknown(field, value, unset, violations),
    };

    public static AttentionSpan Span(string field, WireSpan value, AttentionSpan unset, ViolationList violations) => value switch
    {
        WireSpan.Unspecified => unset,
        WireSpan.AllFrames => AttentionSpan.AllFrames,
        WireSpan.SparseCausal => AttentionSpan.SparseCausal,
        WireSpan.PerFrame => AttentionSpan.PerFrame,
        _ => Unknown(field, value, unset, violations),
    };

    public static string Control(string field, ControlType value, ViolationList violations) =>
        ControlTypes.NameOf(value) ?? Unknown(field, value, "", violations);

    public static Branch ToProto(GuidanceBranches value) => value switch
    {
        GuidanceBranches.Unconditional => Branch.Unconditional,
        GuidanceBranches.Conditional => Branch.Conditional,
        GuidanceBranches.Both => Branch.Both,
        _ => Branch.Unspecified,
    };

    public static WireDivisor ToProto(SizeDivisor value) =>
        value == SizeDivisor.Tokens ? WireDivisor.Tokens : WireDivisor.FramesTimesTokens;

    public static WireSpan ToProto(AttentionSpan value) => value switch
    {
        AttentionSpan.SparseCausal => WireSpan.SparseCausal,
        AttentionSpan.PerFrame => WireSpan.PerFrame,
        _ => WireSpan.AllFrames,
    };

    private static TResult Unknown<TValue, TResult>(string field, TValue value, TResult instead, ViolationList violations)
        where TValue : struct, Enum
    {
        violations.Add(field, FormattableString.Invariant($"unknown value {value:D}"));
        return instead;
    }
}
