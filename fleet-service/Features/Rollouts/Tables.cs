using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace EdgeFleet.Service.Features.Rollouts;

internal sealed record RolloutRow
{
    public long Id { get; init; }

    public required string Digest { get; init; }

    /// <summary>The <see cref="RolloutPlan"/> as JSON; it never changes.</summary>
    public required string Plan { get; init; }

    public required RolloutState State { get; init; }

    /// <summary>Why it is in its state, for people; empty where the state says it all.</summary>
    public required string Reason { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public DateTimeOffset? ApprovedAt { get; init; }

    public string? ApprovedBy { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the state last changed; returning nodes have their time from here.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<RolloutRow>
    {
        public void Configure(EntityTypeBuilder<RolloutRow> builder)
        {
            builder.ToTable("rollouts");
            builder.HasKey(r => r.Id);
        }
    }
}

internal sealed record GroupRow
{
    public required long Rollout { get; init; }

    /// <summary>From 0.</summary>
    public required int Number { get; init; }

    public required GroupState State { get; init; }

    /// <summary>Ids, a line each: a million rows for nodes that wait would cost a minute.</summary>
    public required string Members { get; init; }

    /// <summary>Since when nodes may be asked; again from a resume on, so that a pause earns nobody a rush.</summary>
    public DateTimeOffset? RateFrom { get; init; }

    /// <summary>Nodes asked before <see cref="RateFrom"/>.</summary>
    public int RateBase { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? SoakFrom { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Failures and gates that a person has seen and resumed in spite of: only what comes after counts.</summary>
    public int Forgiven { get; init; }

    /// <summary>Names of gates that held and were resumed in spite of, with spaces: they say no more in this group.</summary>
    public string ForgivenGates { get; init; } = "";

    internal sealed class Table : IEntityTypeConfiguration<GroupRow>
    {
        public void Configure(EntityTypeBuilder<GroupRow> builder)
        {
            builder.ToTable("rollout_groups");
            builder.HasKey(r => new { r.Rollout, r.Number });
        }
    }
}

internal sealed record NodeRow
{
    public required long Rollout { get; init; }

    public required string Device { get; init; }

    public required int Group { get; init; }

    public required NodeState State { get; init; }

    public string Reason { get; init; } = "";

    /// <summary>What its target carries.</summary>
    public long Attempt { get; init; }

    /// <summary>Tries begun.</summary>
    public int Tries { get; init; }

    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>When its target was set; null: that is still to be done, and may be done twice.</summary>
    public DateTimeOffset? SentAt { get; init; }

    public DateTimeOffset? ApplyFrom { get; init; }

    public DateTimeOffset? ApplyUntil { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>What it ran when it was asked: digest, or null where it did not say.</summary>
    public string? BeforeDigest { get; init; }

    public string? BeforeVersion { get; init; }

    public long BeforeHeap { get; init; }

    /// <summary>Boots it had counted when it was first seen on the bundle.</summary>
    public long BootsAtUpdate { get; init; }

    public required DateTimeOffset ChangedAt { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<NodeRow>
    {
        public void Configure(EntityTypeBuilder<NodeRow> builder)
        {
            builder.ToTable("rollout_nodes");
            builder.HasKey(r => new { r.Rollout, r.Device });
            builder.HasIndex(r => r.Device);
        }
    }
}

internal sealed record EvidenceRow
{
    public long Id { get; init; }

    public required long Rollout { get; init; }

    public required int Group { get; init; }

    public required string Gate { get; init; }

    public required bool Holds { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Summary { get; init; }

    /// <summary>What the gate saw, as JSON.</summary>
    public required string Json { get; init; }

    internal sealed class Table : IEntityTypeConfiguration<EvidenceRow>
    {
        public void Configure(EntityTypeBuilder<EvidenceRow> builder)
        {
            builder.ToTable("rollout_evidence");
            builder.HasKey(r => r.Id);
            builder.HasIndex(r => r.Rollout);
        }
    }
}
