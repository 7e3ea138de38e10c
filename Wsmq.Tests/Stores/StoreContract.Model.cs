using CsCheck;

namespace Wsmq.Tests.Stores;

public abstract partial class StoreContract
{
    private static readonly Gen<Move> GenMove = Gen.Select(
        Gen.Frequency((4, Gen.Const(Step.Append)), (1, Gen.Const(Step.AppendTwice)), (2, Gen.Const(Step.Open)), (4, Gen.Const(Step.Ack))),
        Gen.Int[0, 2], Gen.Int[0, 30], (step, who, what) => new Move(step, who, what));

    [Fact]
    public async Task Any_sequence_of_calls_behaves_like_a_simple_model()
    {
        await using var h = await CreateAsync(o =>
        {
            o.Retention.MaxCount = StoreModel.MaxCount;
            o.Devices.MaxPerUser = StoreModel.MaxDevices;
            o.Delivery.AckGrace = TimeSpan.Zero;
        });
        var runs = 0;
        await GenMove.List[1, 40].SampleAsync(
            async moves =>
            {
                var model = new StoreModel();
                var user = $"model{Interlocked.Increment(ref runs)}";
                foreach (var move in moves)
                    await PlayAsync(h, model, user, move);
            },
            iter: 60, threads: 2);
    }

    private static async Task PlayAsync(StoreHarness h, StoreModel model, string user, Move move)
    {
        var queue = WsmqAddress.User(user);
        switch (move.Step)
        {
            case Step.Append or Step.AppendTwice:
                var message = StoreHarness.Message(queue, $"s{move.Who}", $"{move.What}");
                foreach (var result in await h.AppendAsync([.. Enumerable.Repeat(message, move.Step == Step.Append ? 1 : 2)]))
                    model.Appended(move.Who, move.What, result);
                break;
            case Step.Open:
                var expected = model.Open($"d{move.Who}");
                if (expected is null)
                    await ShouldRefuseAsync(() => h.OpenAsync(user, $"d{move.Who}"), WsmqErrors.TooManyDevices);
                else
                    (await h.OpenAsync(user, $"d{move.Who}")).Should().Be(expected.Value);
                break;
            case Step.Ack:
                var position = PositionOf(model, move.What);
                (await h.AckAsync(user, $"d{move.Who}", position)).Should().Be(model.Ack($"d{move.Who}", position));
                break;
        }

        // A read also removes entries that are due, so a store may do that late.
        var page = await h.ReadAsync(queue);
        page.Entries.Select(e => e.Position).Should().Equal(model.Kept);
        page.State.Should().Be(model.State);
        ShouldBeChained(page.Entries, model.State.Removed);
    }

    /// <summary>Any position that was ever issued, the start, or one past the tail.</summary>
    private static WsmqPosition PositionOf(StoreModel model, int what)
    {
        var choice = what % (model.Given.Count + 2);
        if (choice == 0)
            return WsmqPosition.Start;
        return choice <= model.Given.Count ? model.Given[choice - 1] : StoreHarness.Beyond(model.State.Tail);
    }
}
