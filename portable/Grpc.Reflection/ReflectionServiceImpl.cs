using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;

namespace Grpc.Reflection;

/// <summary>The reflection service, protocol version v1alpha.</summary>
public class ReflectionServiceImpl : ServerReflection.ServerReflectionBase
{
    private readonly Answers _answers;

    /// <summary>Creates the service.</summary>
    /// <param name="services">Full names of the services to list.</param>
    /// <param name="symbolRegistry">Their descriptors.</param>
    public ReflectionServiceImpl(IEnumerable<string> services, SymbolRegistry symbolRegistry) => _answers = new Answers(services, symbolRegistry);

    /// <summary>Creates the service.</summary>
    /// <param name="serviceDescriptors">The services to tell of.</param>
    public ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors)
        : this([.. serviceDescriptors])
    {
    }

    /// <summary>Creates the service.</summary>
    /// <param name="serviceDescriptors">The services to tell of.</param>
    public ReflectionServiceImpl(params ServiceDescriptor[] serviceDescriptors)
        : this(serviceDescriptors.Select(service => service.FullName), SymbolRegistry.FromFiles(serviceDescriptors.Select(service => service.File)))
    {
    }

    /// <inheritdoc/>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var request = requestStream.Current;
            await responseStream.WriteAsync(Convert(request), context.CancellationToken).ConfigureAwait(false);
        }
    }

    // The two versions of the protocol are the same on the wire.
    private ServerReflectionResponse Convert(ServerReflectionRequest request) =>
        ServerReflectionResponse.Parser.ParseFrom(_answers.To(V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString())).ToByteString());
}
