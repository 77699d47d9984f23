using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace SwarmCompute.Silo.Configuration;

internal sealed class SiloStoreOptionsValidator : IValidateOptions<SiloStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, SiloStoreOptions options)
    {
        var faults = new FaultList("Store");
        faults.Require(Enum.IsDefined(options.Kind), "Kind", options.Kind, "Embedded, Redis or PostgreSqlAndRedis");
        if (options.Kind == StoreKind.Embedded)
        {
            faults.Require(options.Directory.Length > 0, "Directory", options.Directory, "a folder for the store's files");
            faults.RequirePort(options.Port, "Port", zeroIsFine: true);
            return faults.Result;
        }
        faults.RequireSecret(IsRedis(options.Redis), "Redis", options.Redis, "HOST:PORT, followed by ,password=… where the server asks for one");
        if (options.Kind == StoreKind.PostgreSqlAndRedis)
            faults.RequireSecret(IsPostgreSql(options.PostgreSql), "PostgreSql", options.PostgreSql, "Host=…;Username=…;Database=… and what else the server asks for");
        return faults.Result;
    }

    private static bool IsRedis(string text) => FaultList.Parses(() => ConfigurationOptions.Parse(text)) && ConfigurationOptions.Parse(text).EndPoints.Count > 0;

    private static bool IsPostgreSql(string text) => FaultList.Parses(() => new NpgsqlConnectionStringBuilder(text)) && !string.IsNullOrEmpty(new NpgsqlConnectionStringBuilder(text).Host);
}
