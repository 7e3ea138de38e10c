using System.CommandLine;
using System.CommandLine.Parsing;
using Wsmq.Cli.Commands.Operators;
using Wsmq.Cli.Messages;

namespace Wsmq.Cli.Commands;

/// <summary>The options of <c>send</c> that describe the message.</summary>
internal sealed class MessageOptions
{
    private readonly Argument<string> _to = new("address") { Description = "user:<id>, group:<name> or work:<queue>." };

    private readonly Argument<string?> _body = new("body")
    {
        Description = "The body. Without it, and without --file, --data and --remove-state, every line of standard input is a message.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _file = new("--file") { Description = "Reads the body from a text file.", HelpName = "file" };
    private readonly Option<string?> _data = new("--data") { Description = "Sends the bytes of a file as the body.", HelpName = "file" };
    private readonly Option<bool> _text = new("--text") { Description = "Sends the body as a string, even if it is JSON." };
    private readonly Option<string?> _type = new("--type") { Description = "The name of the message type.", HelpName = "name" };
    private readonly Option<string?> _replyTo = new("--reply-to") { Description = "The address for replies.", HelpName = "address" };

    private readonly Option<string?> _contentType = new("--content-type")
    {
        Description = "The media type of --data.",
        HelpName = "media type",
    };

    private readonly Option<string?> _correlation = new("--correlation-id")
    {
        Description = "Correlates a reply with its request.",
        HelpName = "id",
    };

    private readonly Option<string?> _id = new("--id")
    {
        Description = "The id of the message. The server stores the same id once within its deduplication window (2 minutes by default).",
        HelpName = "id",
    };

    private readonly Option<string[]> _headers = HeaderOption.Create("A header, name=value; may be repeated.");

    private readonly Option<bool> _track = new("--track")
    {
        Description = "Stores what becomes of the message for its sender: see wsmq status. For users and groups.",
    };

    private readonly Option<bool> _anyDevice = new("--any-device")
    {
        Description = "For a user: what one of the user's devices has acknowledged is not delivered to the others.",
    };

    private readonly JobOptions _job = new();
    private readonly StateOptions _state = new();
    private readonly SequenceOptions _sequence = new();

    public void AddTo(Command command)
    {
        command.Add(_to);
        command.Add(_body);
        foreach (var option in new Option[] { _file, _data, _contentType, _text, _type, _headers, _id, _correlation, _replyTo, _track, _anyDevice })
            command.Add(option);
        _job.AddTo(command);
        _state.AddTo(command);
        _sequence.AddTo(command);
        command.Validators.Add(Check);
    }

    public IAsyncEnumerable<WsmqOutgoingMessage> Read(ParseResult result)
    {
        var message = new WsmqOutgoingMessage
        {
            To = result.GetRequiredValue(_to),
            Type = result.GetValue(_type),
            Id = result.GetValue(_id),
            CorrelationId = result.GetValue(_correlation),
            ReplyTo = result.GetValue(_replyTo),
            Track = result.GetValue(_track),
            AnyDevice = result.GetValue(_anyDevice),
            Headers = HeaderOption.Read(result, _headers),
        };
        var first = _sequence.Read(result);
        var template = _state.Apply(_job.Apply(message, result), result) with { Sequence = first };
        if (template.RemoveState)
            return One(template);
        var bodies = new BodyReader(result.GetValue(_text));
        if (result.GetValue(_data) is { } data)
            return One(template with { Data = File.ReadAllBytes(data), ContentType = result.GetValue(_contentType) });
        if (result.GetValue(_file) is { } file)
            return One(template with { Body = bodies.FromFile(file) });
        return result.GetValue(_body) is { } body
            ? One(template with { Body = bodies.FromText(body) })
            : bodies.LinesOfStandardInput().Select((line, i) =>
                template with { Body = line, Sequence = first is null ? null : first with { Number = first.Number + i } });
    }

    public WsmqAddress To(ParseResult result) => WsmqAddress.Parse(result.GetRequiredValue(_to));

    /// <summary>Whether each message has to be sent after the one before it.</summary>
    public bool IsInSequence(ParseResult result) => _sequence.Read(result) is not null;

    public bool IsTracked(CommandResult result) => result.GetValue(_track);

    public bool IsFromStandardInput(CommandResult result) => BodiesOf(result) == 0 && !_state.IsRemoval(result);

    public bool IsFromStandardInput(ParseResult result) => IsFromStandardInput(result.CommandResult);

    private int BodiesOf(CommandResult result) =>
        new[] { result.GetValue(_body), result.GetValue(_file), result.GetValue(_data) }.Count(body => body is not null);

    private void Check(CommandResult result)
    {
        var bodies = BodiesOf(result);
        if (bodies > 1)
            result.AddError("Use only one of a body, --file and --data.");
        if (bodies == 0 && !_state.IsRemoval(result) && result.GetValue(_id) is not null)
            result.AddError("--id applies to one message, but standard input may have many lines: give a body, --file or --data.");
        if (result.GetValue(_data) is null && result.GetValue(_contentType) is not null)
            result.AddError("--content-type requires --data.");
        if (result.GetValue(_data) is not null && result.GetValue(_text))
            result.AddError("--text cannot be combined with --data.");
        var to = CheckAddress(result, result.GetValue(_to));
        if (result.GetValue(_anyDevice) && to is { Kind: not WsmqAddressKind.User })
            result.AddError($"{_anyDevice.Name}: only for users, not for {to}.");
        _job.Check(result, to, isOne: bodies == 1);
        _state.Check(result, to, bodies);
        _sequence.Check(result);
        if (result.GetValue(_track) && to is { Kind: WsmqAddressKind.Work })
            result.AddError($"{_track.Name}: only for users and groups, not for {to}.");
        CheckAddress(result, result.GetValue(_replyTo));
    }

    private static WsmqAddress? CheckAddress(CommandResult result, string? text) =>
        text is null ? null : ApiVerb.CheckAddress(result, text);

    private static IAsyncEnumerable<WsmqOutgoingMessage> One(WsmqOutgoingMessage message) => new[] { message }.ToAsyncEnumerable();
}
