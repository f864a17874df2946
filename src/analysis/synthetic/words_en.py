"""The English-speaking client's words: an industrial supplier in Europe with customers in the United States."""

from analysis.synthetic.words import Vocabulary

_REMARKS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "delivery": (
        (
            "Deliveries have been on time for months, which keeps our line running.",
            "The last urgent order of {product} arrived within {days} days, faster than promised.",
            "Tracking of shipments is reliable and we always know when the truck comes.",
            "Packaging was clean and complete, nothing damaged in transit.",
            "Good logistics: partial deliveries are announced early and never surprise us.",
        ),
        (
            "The {product} came {days} days late and nobody told us beforehand.",
            "We waited {days} days for a confirmed delivery date, production had to be rescheduled.",
            "Two pallets arrived damaged and the replacement took far too long.",
            "Partial deliveries without notice cause us a lot of extra work in goods receipt.",
            "Delivery times have become worse since spring; we now keep more safety stock.",
        ),
    ),
    "product_quality": (
        (
            "The {product} runs without a fault since it was installed.",
            "Quality is consistent from batch to batch, our incoming inspection finds nothing.",
            "Very durable parts, we replaced them much later than planned.",
            "Tolerances are kept to the letter, better than with our former supplier.",
            "We are impressed by how well the {product} performs under load.",
        ),
        (
            "Three out of ten {product} failed within the first weeks.",
            "Surface quality varies between batches and we have to sort parts by hand.",
            "The seal of the {product} leaked again after {days} days.",
            "Measured values do not match the data sheet.",
            "The second batch was clearly worse than the first one.",
        ),
    ),
    "price": (
        (
            "Prices are fair for the quality we receive.",
            "The framework agreement gives us planning security, thank you for keeping prices stable.",
            "The volume discount makes the offer attractive to us.",
            "Total cost over the life of the {product} is lower than with alternatives.",
        ),
        (
            "The price increase for {product} came without any explanation.",
            "Competitors quote noticeably less for comparable parts.",
            "Freight surcharges have become hard to justify in front of our purchasing.",
            "Discounts promised in the meeting were missing from the offer.",
        ),
    ),
    "service": (
        (
            "The service technician solved the problem on the first visit.",
            "Our contact always calls back the same day and knows our plant.",
            "Excellent support during commissioning, patient and competent.",
            "Spare parts advice was honest: they told us what we did not need.",
            "The hotline answered at once and helped us to restart within an hour.",
        ),
        (
            "The hotline is hard to reach and we were passed on four times.",
            "A technician was promised within {days} days, nobody came.",
            "Our contact changed three times this year and every time we start from zero.",
            "Answers to technical questions are slow and often incomplete.",
            "The same fault was repaired twice and is back again.",
        ),
    ),
    "digital": (
        (
            "The new portal is clear, reordering {product} takes two minutes.",
            "Documents and certificates can be found online at once.",
            "The interface to our ERP works without trouble since the update.",
        ),
        (
            "The web shop shows stock that does not exist.",
            "Logging in to the portal fails every other day.",
            "We cannot see the status of open orders online.",
        ),
    ),
    "invoicing": (
        (
            "Invoices are correct and match the delivery notes.",
            "The credit note was issued quickly and without discussion.",
            "E-invoices arrive in the format we need.",
        ),
        (
            "The invoice did not match the agreed price and the correction took {days} days.",
            "We received the same invoice twice.",
            "Credit notes for returned {product} are still open.",
        ),
    ),
    "communication": (
        (
            "We are informed early when something changes.",
            "Open and honest communication, also about problems.",
        ),
        (
            "Nobody informs us when a product is discontinued.",
            "Our e-mails stay unanswered for {days} days.",
        ),
    ),
    "training": (
        (
            "The operator training was practical and well prepared.",
            "Our new colleagues learned a lot in the workshop.",
        ),
        (
            "The training was too general and had little to do with our machines.",
            "We have been waiting {days} days for a training date.",
        ),
    ),
}

ENGLISH = Vocabulary(
    currency="EUR",
    foreign_currency="USD",
    waves=("2024 H2", "2025 H1", "2025 H2"),
    segments=("Machine builders", "Process industry", "Food & beverage", "Energy & utilities"),
    regions=("DACH", "Benelux", "Nordics", "Southern Europe", "North America"),
    industries=("Packaging machines", "Chemicals", "Dairy", "Water treatment", "Paper", "Power generation"),
    levels=("executive", "management", "specialist", "operational"),
    channels=("visit", "phone", "email", "video call", "trade fair"),
    tiers=("Gold", "Silver", "Bronze"),
    stages=("Lead", "Qualified", "Proposal", "Negotiation", "Won", "Lost"),
    customer_stages=("prospect", "active", "dormant", "lost"),
    firm_first=(
        "North", "Alder", "Brook", "Clear", "Ever", "Falken", "Grün", "Hafen", "Iron", "Juniper", "Kessel", "Linden",
        "Mühl", "Nord", "Oster", "Port", "Quarry", "River", "Silver", "Tannen", "Upper", "Vester", "West", "Zenit",
    ),
    firm_middle=("field", "berg", "holm", "stone", "bach", "wick", "dal", "ford", "mark", "haven", "wood", "tal"),
    firm_last=(
        "Pumps GmbH", "Dairy AB", "Packaging BV", "Chemicals AG", "Foods Ltd", "Energy SE", "Water SpA", "Paper Oy",
        "Systems Inc", "Machinery KG", "Process Technology", "Bottling SA", "Utilities", "Engineering",
    ),
    partner_first=(
        "Astra", "Bolt", "Contor", "Delta", "Euro", "Fluid", "Gear", "Hansa", "Inter", "Jura", "Kontakt", "Lumen",
    ),
    partner_last=("Trade", "Supply", "Technik", "Distribution"),
    categories={
        "Valves": ("ball valve", "control valve", "check valve", "safety valve"),
        "Pumps": ("dosing pump", "screw pump", "vacuum pump", "circulation pump"),
        "Drives": ("gear motor", "servo drive", "frequency converter", "linear actuator"),
        "Sensors": ("pressure sensor", "flow meter", "level sensor", "temperature probe"),
        "Spare parts": ("seal kit", "bearing set", "filter cartridge", "gasket set"),
        "Services": ("maintenance visit", "calibration", "remote diagnosis", "operator course"),
    },
    business_units=("Flow", "Flow", "Automation", "Automation", "Service", "Service"),
    topics=("offer", "order", "complaint", "technical question", "annual meeting", "delivery date", "contract"),
    feedback_kinds=("complaint", "praise", "suggestion", "question", "interview"),
    severities=("low", "medium", "high"),
    feedback_channels=("email", "phone", "web form", "visit"),
    remarks=_REMARKS,
    openings=(
        ("", "", "", "Feedback from our plant:", "Short note from production:", "As said in the meeting:"),
        ("", "", "To be frank:", "From the purchasing side:", "As discussed on the phone:", "Once again:"),
    ),
    closings=(
        ("", "", "", "Please keep it that way.", "Thank you.", "We have recommended you to a sister plant."),
        (
            "", "", "", "Please call us back.", "We would like to see this discussed in the next meeting.",
            "Otherwise we are satisfied with the cooperation.", "We expect an answer this week.",
        ),
    ),
    questions=(
        "Is the {product} also available in stainless steel?",
        "When will the successor of the {product} be available?",
        "Could you send us the certificate for the {product} once more?",
        "Which lead time should we plan for {product} in the summer?",
    ),
    suggestions=(
        "A stock level shown per item in the portal would save us many calls.",
        "Please offer the {product} in larger packs.",
        "A fixed contact for technical questions would help us.",
        "Delivery notes with our own article numbers would speed up goods receipt.",
    ),
    interviews=(
        "Interview: the customer sees us as a reliable partner, plans to extend the line next year and asks for earlier"
        " involvement of engineering.",
        "Interview: price pressure from a new competitor; what decides are reliable delivery and service.",
        "Interview: good relation on the working level, little contact with the management; wants a yearly review.",
        "Interview: considers a second source for {product} after the delays of recent months.",
    ),
    renewals=("automatic", "negotiated"),
    directions=("outgoing", "incoming"),
    agreement=(
        "strongly disagree", "disagree", "somewhat disagree", "neither agree nor disagree", "somewhat agree", "agree",
        "strongly agree",
    ),
    intention=("certainly not", "very unlikely", "unlikely", "undecided", "likely", "very likely", "certainly"),
    contentment=("very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"),
    joiner=" ",
    outcomes=("completed", "no answer", "refused", "not reached"),
)
