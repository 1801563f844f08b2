namespace Grpc.Core;

/// <summary>Adds authentication metadata to a call before it starts.</summary>
/// <param name="context">What is known about the call.</param>
/// <param name="metadata">The metadata to add to.</param>
/// <returns>A task that ends when the metadata is complete.</returns>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);
