using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Serialization;
using Orleans.Serialization.Serializers;
using SwarmCompute.Grains.Orders;
using SwarmCompute.TestKit;

namespace SwarmCompute.Grains.Tests;

public sealed class WireTests
{
    private static readonly ServiceProvider Services = new ServiceCollection().AddSerializer().BuildServiceProvider();
    private static readonly Serializer Serializer = Services.GetRequiredService<Serializer>();

    [Fact]
    public void What_grains_say_to_each_other_and_remember_is_as_reviewed() => Golden.Equal("wire.txt", Describe());

    [Fact]
    public void Ids_and_amounts_come_back_as_they_went()
    {
        var hash = Hash32.Sha256("swarm"u8);
        RoundTrip(new OrderId(ulong.MaxValue));
        RoundTrip(new LeaseId(new OrderId(7), 15));
        RoundTrip(new LeaseEpoch(uint.MaxValue));
        RoundTrip(new NodeId("node-1"));
        RoundTrip(default(NodeId));
        RoundTrip(hash);
        RoundTrip(new Address(hash.ToArray().AsSpan(0, Address.Size)));
        RoundTrip(new Wei(UInt128.MaxValue));
        RoundTrip<Hash32?>(null);
        RoundTrip<Wei?>(new Wei(3));
    }

    [Fact]
    public void Unions_come_back_as_the_case_they_were()
    {
        RoundTrip<GuestReport>(new GuestReport.PeerLost(1, new LeaseEpoch(2), "broken"));
        RoundTrip<LeaseDecision>(new LeaseDecision.Fenced(new LeaseEpoch(3)));
        RoundTrip<NodeDecision>(new NodeDecision.Illegal(NodeStatus.Ready, NodeStatus.Left));
        RoundTrip<OrderDecision>(new OrderDecision.Followed(null));
        RoundTrip<SettlementIntent>(new SettlementIntent.Settle());
        RoundTrip<ManifestDecision>(new ManifestDecision.Refused("no"));
    }

    [Fact]
    public void What_an_earlier_version_did_not_write_is_none()
    {
        var activators = Services.GetRequiredService<IActivatorProvider>();
        Assert.Empty(activators.GetActivator<OrderSnapshot>().Create().Standbys);
        Assert.Empty(activators.GetActivator<OrderState>().Create().Fenced);
        Assert.True(new PipelineMap(2, []).IsNewerThan(new PipelineMap(1, [])));
        Assert.Null(activators.GetActivator<PipelineMap>().Create().StandbyOf(1));
    }

    private static void RoundTrip<T>(T value) => Assert.Equal(value, Serializer.Deserialize<T>(Serializer.SerializeToArray(value)));

    private static string Describe()
    {
        var text = new StringBuilder();
        var types = new[] { typeof(IOrderGrain).Assembly, typeof(SwarmGrainsHosting).Assembly }.SelectMany(a => a.GetTypes());
        foreach (var (type, alias) in types.Select(t => (t, t.GetCustomAttribute<AliasAttribute>(inherit: false)?.Alias))
                     .Where(t => t.t.IsDefined(typeof(GenerateSerializerAttribute), inherit: false) || t.Alias is not null).OrderBy(t => t.Alias, StringComparer.Ordinal))
        {
            text.Append(alias ?? $"NO ALIAS {type}").Append(type.IsInterface ? " (interface)" : "").Append('\n');
            foreach (var line in type.IsInterface ? Methods(type) : Members(type)) text.Append("  ").Append(line).Append('\n');
        }
        return text.ToString();
    }

    private static IEnumerable<string> Members(Type type) =>
        type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Select(m => (Member: m, m.GetCustomAttribute<IdAttribute>()?.Id)).Where(m => m.Id is not null).OrderBy(m => m.Id)
            .Select(m => $"{m.Id} {m.Member.Name}: {Name(m.Member is PropertyInfo p ? p.PropertyType : ((FieldInfo)m.Member).FieldType)}");

    private static IEnumerable<string> Methods(Type type) =>
        type.GetMethods().OrderBy(m => m.Name, StringComparer.Ordinal)
            .Select(m => $"{m.GetCustomAttribute<AliasAttribute>()?.Alias ?? "NO ALIAS"}({string.Join(", ", m.GetParameters().Select(p => Name(p.ParameterType)))}): {Name(m.ReturnType)}");

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        if (!type.IsGenericType) return type.IsNested ? $"{type.DeclaringType!.Name}.{type.Name}" : type.Name;
        return $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
