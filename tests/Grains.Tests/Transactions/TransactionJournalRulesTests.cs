using CsCheck;
using SwarmCompute.Grains.Transactions;

namespace SwarmCompute.Grains.Tests.Transactions;

public sealed class TransactionJournalRulesTests
{
    [Fact]
    public void Whatever_is_written_and_removed_a_nonce_has_one_purpose_and_a_purpose_one_nonce() =>
        Gen.Select(Gen.Int[1, 5], Gen.Int[1, 5], Gen.Bool).Array[1, 40].Sample(steps =>
        {
            var (state, model) = (new TransactionJournalState(), new Dictionary<ulong, string>());
            foreach (var (nonce, purpose, isWrite) in steps)
            {
                var record = Record((ulong)nonce, $"purpose {purpose}");
                if (!isWrite)
                {
                    state = TransactionJournalRules.Remove(state, record.Nonce, record.Purpose);
                    if (model.GetValueOrDefault(record.Nonce) == record.Purpose) model.Remove(record.Nonce);
                    continue;
                }
                var isFree = model.TryGetValue(record.Nonce, out var held) ? held == record.Purpose : !model.ContainsValue(record.Purpose);
                (state, var decision) = TransactionJournalRules.Write(state, record);
                Assert.Equal(isFree ? new JournalDecision.Written() : new JournalDecision.Taken(), decision);
                if (isFree) model[record.Nonce] = record.Purpose;
            }
            Assert.Equal(model.OrderBy(m => m.Key), state.Records.OrderBy(r => r.Nonce).Select(r => KeyValuePair.Create(r.Nonce, r.Purpose)));
        });

    [Fact]
    public void A_raised_offer_takes_the_place_of_the_one_before()
    {
        var (state, _) = TransactionJournalRules.Write(new TransactionJournalState(), Record(7, "settle"));
        var raised = Record(7, "settle") with { GasPrice = new Wei(2), Hashes = [Hash32.Sha256("1"u8), Hash32.Sha256("2"u8)] };
        (state, var decision) = TransactionJournalRules.Write(state, raised);
        Assert.IsType<JournalDecision.Written>(decision);
        Assert.Equal(raised, Assert.Single(state.Records));
    }

    [Fact]
    public void A_journal_is_bounded()
    {
        var full = new TransactionJournalState { Records = [.. Enumerable.Range(0, WireLimits.JournalRecordsMax).Select(i => Record((ulong)i, $"{i}"))] };
        Assert.IsType<JournalDecision.Refused>(TransactionJournalRules.Write(full, Record(9_999, "one more")).Decision);
        Assert.IsType<JournalDecision.Written>(TransactionJournalRules.Write(full, Record(1, "1")).Decision);
    }

    [Theory]
    [MemberData(nameof(Strange))]
    public void What_is_no_record_is_refused(JournalRecord record)
    {
        var (state, decision) = TransactionJournalRules.Write(new TransactionJournalState(), record);
        Assert.IsType<JournalDecision.Refused>(decision);
        Assert.Empty(state.Records);
    }

    public static TheoryData<JournalRecord> Strange =>
    [
        Record(1, ""), Record(1, new string('x', WireLimits.PurposeCharsMax + 1)), Record(1, "a") with { Data = new byte[WireLimits.TransactionBytesMax + 1] },
        Record(1, "a") with { Hashes = [] }, Record(1, "a") with { Hashes = [.. Enumerable.Repeat(default(Hash32), 13)] },
    ];

    private static JournalRecord Record(ulong nonce, string purpose) => new()
    {
        Nonce = nonce,
        Purpose = purpose,
        To = default(Address),
        Data = [],
        Value = Wei.Zero,
        GasLimit = 21_000,
        GasPrice = new Wei(1),
        Hashes = [Hash32.Sha256("1"u8)],
    };
}
