namespace Wsmq.Cli.Output;

/// <summary>
/// Prints a delivery in its wire form, one of a state with the property <c>state</c>; gaps, live pushes and the end of a state as an object
/// with the property <c>gap</c>, <c>live</c> or <c>stateComplete</c>.
/// </summary>
internal sealed class JsonEventPrinter : IEventPrinter
{
    public string Delivery(WsmqDelivery delivery)
    {
        var line = JsonLines.Of(delivery);
        return delivery.IsState ? $$"""{"state":true,{{line[1..]}}""" : line;
    }

    public string Gap(WsmqGapEventArgs gap) => JsonLines.Of(new
    {
        Gap = new { Source = gap.Source.ToString(), After = gap.After.ToString(), Before = gap.Before.ToString(), gap.Reason },
    });

    public string StateComplete(WsmqStateCompleteEventArgs state) => JsonLines.Of(StateLine.Of(state.Source, state.Position, state.Keys));

    public string Live(WsmqLiveMessage message) => JsonLines.Of(new { Live = message });
}
