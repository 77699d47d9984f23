using System.Text.Json.Nodes;
using SwarmCompute.Attestation;
using SwarmCompute.Overlay.GuestLink;

namespace SwarmCompute.Guest.Tests;

public sealed class TicketTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("not JSON", "not valid JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "field 'authority'")]
    [InlineData("{\"lease\":\"7/1\",\"lease\":\"7/1\"}", "not valid JSON")]
    public async Task What_is_no_ticket_is_refused_in_one_line(string ticket, string reason)
    {
        await using var guest = GuestProcess.Start("run");
        guest.WriteLine(ticket);
        await AssertRefused(guest, reason);
    }

    [Fact]
    public async Task A_ticket_that_is_too_long_is_refused_before_it_is_read()
    {
        await using var guest = GuestProcess.Start("run");
        guest.WriteLine(new string('x', 256 * 1024 + 1));
        await AssertRefused(guest, "longer than 262144 bytes");
    }

    [Fact]
    public async Task No_ticket_at_all_is_refused_in_one_line()
    {
        await using var guest = GuestProcess.Start("run");
        guest.CloseInput();
        await AssertRefused(guest, "ended before a whole line");
    }

    [Fact]
    public async Task A_wrong_value_in_a_ticket_is_refused_in_one_line_that_names_it()
    {
        await using var swarm = await Swarm.Start(stages: 2, Cancel);
        await AssertRefused(swarm, "unknown field 'color'", ticket => ticket["color"] = "blue");
        await AssertRefused(swarm, "'silo.endpoint'", ticket => ticket["silo"]!["endpoint"] = 5);
        await AssertRefused(swarm, "not an endpoint", ticket => ticket["silo"]!["endpoint"] = "127.0.0.1");
        await AssertRefused(swarm, "not a lease id", ticket => ticket["lease"] = "7");
        await AssertRefused(swarm, "'epoch'", ticket => ticket["epoch"] = 0);
        await AssertRefused(swarm, "not an address", ticket => ticket["provider"] = "0x12");
        await AssertRefused(swarm, "'listenAddress'", ticket => ticket["listenAddress"] = "here");
        await AssertRefused(swarm, "The manifest is refused", ticket => ticket["manifest"] = "{}");
        await AssertRefused(swarm, "not in canonical form", ticket => ticket["manifest"] = " " + ticket["manifest"]!.GetValue<string>());
        await AssertRefused(swarm, "2 stages, and this guest is to hold slot 2", ticket => ticket["lease"] = "7/2");
        await AssertRefused(swarm, "work directory", ticket => ticket["workDirectory"] = "/proc/none");
    }

    [Fact]
    public async Task A_root_that_the_manifest_does_not_name_is_refused()
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        using var other = CertificateAuthority.Create(TimeProvider.System);
        await AssertRefused(
            swarm, "The authority is refused", ticket => ticket["authority"]!["rootCertificate"] = Convert.ToBase64String(other.Root.RawData));
    }

    [Fact]
    public async Task An_authority_that_refuses_is_quoted()
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        await AssertRefused(swarm, "development evidence is refused on chain 56", ticket => ticket["chainId"] = 56);
    }

    [Fact]
    public async Task A_model_that_is_missing_or_damaged_is_refused_and_the_silo_is_told()
    {
        await using var swarm = await Swarm.Start(stages: 1, Cancel);
        var model = Directory.GetFiles(swarm.AssetDirectory).Single();
        var bytes = await File.ReadAllBytesAsync(model, Cancel);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(model, bytes, Cancel);
        await AssertModelRefused(swarm, epoch: 1, "is damaged");
        File.Delete(model);
        await AssertModelRefused(swarm, epoch: 2, "is not in");
    }

    private static async Task AssertModelRefused(Swarm swarm, uint epoch, string reason)
    {
        var guest = swarm.Launch(0, epoch);
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(() => swarm.Guest(0, epoch).Next<GuestMessage.Report>(Cancel));
        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
        Assert.Equal(1, await guest.Exited(Cancel));
        Assert.Contains(reason, guest.Errors.Trim().Split('\n')[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(swarm.WorkDirectory));
    }

    private static async Task AssertRefused(Swarm swarm, string reason, Action<JsonObject> spoil)
    {
        var ticket = swarm.Ticket(0, 1);
        spoil(ticket);
        await AssertRefused(swarm.Launch(ticket), reason);
        Assert.Empty(Directory.GetFileSystemEntries(swarm.WorkDirectory));
    }

    private static async Task AssertRefused(GuestProcess guest, string reason)
    {
        Assert.Equal(1, await guest.Exited(Cancel));
        Assert.Contains(reason, guest.Errors, StringComparison.Ordinal);
        Assert.Single(guest.Errors.Trim().Split('\n'));
    }
}
