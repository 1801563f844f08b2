using System.Reflection;
using System.Text.RegularExpressions;
using Google.Rpc;
using Grpc.Core;
using VideoGrain.Diffusion;
using VideoGrain.Editing;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.Tensors;
using RpcStatus = Google.Rpc.Status;

namespace VideoGrain.ServiceDefaults.Tests;

public partial class ErrorModelTests
{
    private const int MostTrailerBytes = 8192;

    public static TheoryData<string> Reasons() => new(typeof(ErrorReasons).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(field => field.Name != nameof(ErrorReasons.Domain))
        .Concat(typeof(EditReasons).GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => (string)field.GetValue(null)!).Distinct());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Reason_OfEveryError_IsSpelledRightAndDocumented(string reason)
    {
        Assert.Matches(UpperSnake(), reason);
        var guide = typeof(ErrorModelTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ApiGuide").Value!;
        Assert.Contains($"| `{reason}` |", File.ReadAllText(guide), StringComparison.Ordinal);
    }

    [Fact]
    public void Error_OverTheWire_KeepsEverything()
    {
        var error = new VideoGrainException(StatusCode.InvalidArgument, ErrorReasons.FieldInvalid, "two things are wrong")
        {
            Violations = [new("header.a", "must be b", ErrorReasons.FieldInvalid), new("header.a", "must be c", ErrorReasons.OptionOutOfRange)],
            Metadata = new Dictionary<string, string> { ["step"] = "7" },
            RetryAfter = TimeSpan.FromSeconds(3),
        };

        var received = VideoGrainException.FromRpcException(error.ToRpcException());

        Assert.Equal((error.Code, error.Reason, error.Message, error.RetryAfter), (received.Code, received.Reason, received.Message, received.RetryAfter));
        Assert.Equal(error.Violations, received.Violations);
        Assert.Equal(error.Metadata, received.Metadata);
    }

    [Fact]
    public void Details_OfEveryError_HoldExactlyOneErrorInfoOfOurDomain()
    {
        var details = Details(VideoGrainException.Busy("full", TimeSpan.FromSeconds(1)));

        var info = Assert.Single(details.Details, detail => detail.Is(ErrorInfo.Descriptor)).Unpack<ErrorInfo>();
        Assert.Equal((ErrorReasons.Domain, ErrorReasons.StageBusy), (info.Domain, info.Reason));
        Assert.Single(details.Details, detail => detail.Is(RetryInfo.Descriptor));
        Assert.Equal((int)StatusCode.ResourceExhausted, details.Code);
    }

    [Fact]
    public void Details_OfVeryManyViolations_StayBelowWhatClientsTake()
    {
        var violations = Enumerable.Range(0, 10_000).Select(i => new Violation($"header.regions[{i}].id", new string('x', 1000), ErrorReasons.FieldInvalid));

        var exception = VideoGrainException.Invalid([.. violations]).ToRpcException();

        Assert.InRange(exception.Trailers.Sum(entry => entry.ValueBytes.Length * 4 / 3) + exception.Status.Detail.Length, 1, MostTrailerBytes);
        var received = VideoGrainException.FromRpcException(exception);
        Assert.Equal(10_000, received.Violations.Count + int.Parse(received.Metadata["violations_omitted"]));
    }

    [Fact]
    public void VeryManyViolations_AreKeptInPart_AndCountedInFull()
    {
        var violations = new ViolationList();
        for (var i = 0; i < 10_000; i++)
            violations.Add($"header.regions[{i}].id", "is wrong");

        var error = Assert.Throws<VideoGrainException>(violations.ThrowIfAny);

        Assert.InRange(error.Violations.Count, 1, 256);
        Assert.Equal("header.regions[0].id", error.Violations[0].Field);
        Assert.StartsWith("header.regions[0].id: is wrong; header.regions[1].id: is wrong; ", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Message.Length, 1, 1024);
        var received = VideoGrainException.FromRpcException(error.ToRpcException());
        Assert.Equal(10_000, received.Violations.Count + int.Parse(received.Metadata["violations_omitted"]));
    }

    [Fact]
    public void Error_OfAForeignPeer_KeepsCodeAndMessage()
    {
        var received = VideoGrainException.FromRpcException(new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "no route")));
        Assert.Equal((StatusCode.Unavailable, ErrorReasons.StageUnavailable, "no route"), (received.Code, received.Reason, received.Message));
    }

    [Fact]
    public void Error_WithDamagedDetails_KeepsCodeAndMessage()
    {
        var trailers = new Metadata { { "grpc-status-details-bin", new byte[] { 0xFF, 0xFF, 0xFF } } };
        var received = VideoGrainException.FromRpcException(new RpcException(new Grpc.Core.Status(StatusCode.Internal, "odd"), trailers));
        Assert.Equal((StatusCode.Internal, ErrorReasons.Internal, "odd"), (received.Code, received.Reason, received.Message));
    }

    [Fact]
    public void UnexpectedException_TellsCallersNothing()
    {
        var error = Translator().Translate(new InvalidOperationException("the password is hunter2"));
        Assert.Equal((StatusCode.Internal, ErrorReasons.Internal), (error.Code, error.Reason));
        Assert.DoesNotContain("hunter2", error.ToRpcException().Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedModel_NamesTheFileButNotItsPlace()
    {
        var error = Translator().Translate(new ModelFormatException("/srv/secret/unet/model.safetensors", "conv_in.weight", "is cut short"));
        Assert.Equal((StatusCode.FailedPrecondition, ErrorReasons.ModelFormatInvalid), (error.Code, error.Reason));
        Assert.Contains("model.safetensors: conv_in.weight: is cut short", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("guidance_scale", "header.options.guidance_scale")]
    [InlineData("flatten_divisors[1]", "header.options.flatten_divisors.divisors[1]")]
    [InlineData("regions[2].phrase", "header.regions[2].phrase")]
    [InlineData("prompt", "header.target_prompt")]
    [InlineData("control_scale", "header.control.conditioning_scale")]
    public void EditException_NamesTheContractsField(string field, string expected)
    {
        var error = Translator().Translate(new EditException(EditReasons.OptionOutOfRange, field, "is wrong"));
        Assert.Equal((StatusCode.InvalidArgument, expected), (error.Code, Assert.Single(error.Violations).Field));
    }

    private static ErrorTranslator Translator() => new([]);

    private static RpcStatus Details(VideoGrainException error) =>
        RpcStatus.Parser.ParseFrom(error.ToRpcException().Trailers.Single(entry => entry.Key == "grpc-status-details-bin").ValueBytes);

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")]
    private static partial Regex UpperSnake();

    [Fact]
    public void Translate_DeviceOutOfMemory_SaysWhatWasAskedForAndFree()
    {
        var error = new ErrorTranslator([]).Translate(new DeviceOutOfMemoryException("cuda:0", 2048, 1024, 512, new InvalidOperationException()));

        Assert.Equal(StatusCode.ResourceExhausted, error.Code);
        Assert.Equal(ErrorReasons.GpuOutOfMemory, error.Reason);
        Assert.Contains("2048 bytes asked for, 1024 bytes free, 512 bytes of activations", error.Message, StringComparison.Ordinal);
    }
}
