using System.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server.Hosting;

/// <summary>A method of a service with what serves it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Implementation">The service's code for it.</param>
/// <param name="Handler">Serves a request for it.</param>
internal sealed record BoundMethod(IMethod Method, MethodInfo Implementation, RequestDelegate Handler);
