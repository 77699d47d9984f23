using Microsoft.AspNetCore.Builder;

namespace SwarmCompute.Inference;

/// <summary>Puts keys before the API.</summary>
public static class ApiKeysExtensions
{
    /// <summary>Asks every request for one of these keys, and holds it to the key's limits. Add it before the endpoints.</summary>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder application, ApiKeys keys) =>
        application.Use(next => context => keys.Guard(context, next));
}
