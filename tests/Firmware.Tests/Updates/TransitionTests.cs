using EdgeFleet.Contracts.Messages;
using EdgeFleet.Firmware.Updates;
using static EdgeFleet.Contracts.Messages.UpdateState;

namespace EdgeFleet.Firmware.Tests.Updates;

/// <summary>The table of an update's states: every state with every event, and what follows from the whole.</summary>
public sealed class TransitionTests
{
    private static readonly UpdateState[] States = Enum.GetValues<UpdateState>();
    private static readonly UpdateEvent[] Events = Enum.GetValues<UpdateEvent>();

    // What DESIGN.md's words say, written down a second time and by event: a change of the table is a change here too.
    private static readonly (UpdateEvent Event, (UpdateState From, UpdateState To)[] Moves)[] Expected =
    [
        (UpdateEvent.Offer,
            [(Idle, Offered), (Confirmed, Offered), (Reverted, Offered), (Rejected, Offered), (Canceled, Offered)]),
        (UpdateEvent.Withdraw,
            [(Offered, Canceled), (Downloading, Canceled), (Paused, Canceled), (Staged, Canceled)]),
        (UpdateEvent.Refuse,
        [
            (Offered, Rejected), (Downloading, Rejected), (Paused, Rejected), (Staged, Rejected), (Testing, Rejected),
        ]),
        (UpdateEvent.Begin, [(Offered, Downloading)]),
        (UpdateEvent.Hold, [(Offered, Paused), (Downloading, Paused), (Paused, Paused), (Staged, Staged)]),
        (UpdateEvent.Release, [(Paused, Offered), (Staged, Staged)]),
        (UpdateEvent.Complete, [(Offered, Staged), (Downloading, Staged)]),
        (UpdateEvent.Swap, [(Staged, Testing)]),
        (UpdateEvent.Confirm, [(Testing, Confirmed)]),
        (UpdateEvent.Revert, [(Testing, Reverted), (Confirmed, Reverted)]),
    ];

    public static TheoryData<UpdateState, UpdateEvent> Pairs()
    {
        TheoryData<UpdateState, UpdateEvent> pairs = [];
        foreach (UpdateState state in States)
        {
            foreach (UpdateEvent e in Events)
                pairs.Add(state, e);
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_event_in_each_state_leads_where_it_is_said_to(UpdateState state, UpdateEvent e)
    {
        (UpdateState From, UpdateState To)[] moves = Assert.Single(Expected, row => row.Event == e).Moves;
        bool expected = moves.Any(move => move.From == state);
        Assert.Equal(expected, new UpdateTransitions().TryMove(state, e, out UpdateState next));
        Assert.Equal(expected ? moves.Single(move => move.From == state).To : state, next);
    }

    [Fact]
    public void What_a_newer_source_knows_changes_nothing()
    {
        UpdateTransitions table = new();
        Assert.False(table.TryMove((UpdateState)States.Length, UpdateEvent.Offer, out _));
        Assert.False(table.TryMove((UpdateState)255, UpdateEvent.Offer, out _));
        Assert.False(table.TryMove(Idle, (UpdateEvent)Events.Length, out UpdateState next));
        Assert.Equal(Idle, next);
        Assert.Equal(UpdateTransitions.EventCount, Events.Length);
    }

    [Fact]
    public void From_every_state_the_next_version_can_be_confirmed()
    {
        foreach (UpdateState from in States)
            Assert.Contains(Confirmed, Reachable(from, States));
    }

    [Fact]
    public void Nothing_is_tested_that_was_not_staged_and_nothing_confirmed_that_was_not_tested()
    {
        Assert.DoesNotContain(Testing, Reachable(Idle, [.. States.Where(s => s != Staged)]));
        Assert.DoesNotContain(Confirmed, Reachable(Idle, [.. States.Where(s => s != Testing)]));
    }

    private static HashSet<UpdateState> Reachable(UpdateState from, UpdateState[] through)
    {
        UpdateTransitions table = new();
        HashSet<UpdateState> reached = [];
        Queue<UpdateState> open = new([from]);
        while (open.TryDequeue(out UpdateState state))
        {
            foreach (UpdateEvent e in Events)
            {
                if (table.TryMove(state, e, out UpdateState next) && through.Contains(next) && reached.Add(next))
                    open.Enqueue(next);
            }
        }
        return reached;
    }
}
